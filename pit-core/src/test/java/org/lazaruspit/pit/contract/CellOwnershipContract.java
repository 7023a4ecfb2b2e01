package org.lazaruspit.pit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.CellOwnership.Claim;

/**
 * Contract of a {@link CellOwnership}: one test per clause. A subclass makes instances and names
 * the directories of cells. Each test begins without an owner of any cell.
 */
@Timeout(300)
public abstract class CellOwnershipContract {

  private static final UUID ONE = new UUID(1, 1);
  private static final UUID TWO = new UUID(2, 2);

  private final List<CellOwnership> made = new ArrayList<>();
  private final List<Claim> claims = new ArrayList<>();

  /** Called by subclasses. */
  protected CellOwnershipContract() {}

  /**
   * Makes a configured instance. All instances of a test share their cells, as those of several
   * pits do.
   *
   * @return a new instance
   * @throws Exception if it cannot be made
   */
  protected abstract CellOwnership newOwnership() throws Exception;

  /**
   * Returns the directory of a cell.
   *
   * @param cell the cell's id
   * @return its directory, always the same within one test
   * @throws Exception if it cannot be made
   */
  protected abstract Path directory(UUID cell) throws Exception;

  /**
   * Returns the time limit of each wait.
   *
   * @return 30 s by default
   */
  protected Duration patience() {
    return Duration.ofSeconds(30);
  }

  private CellOwnership ownership() throws Exception {
    CellOwnership ownership = newOwnership();
    made.add(ownership);
    return ownership;
  }

  private Optional<Claim> claim(CellOwnership by, UUID cell) throws Exception {
    Optional<Claim> claim = by.claim(cell, directory(cell));
    claim.ifPresent(claims::add);
    return claim;
  }

  @AfterEach
  void tearDown() {
    claims.forEach(Claim::close);
    made.forEach(CellOwnership::close);
  }

  @Test
  void itsNameIsStableAndValid() throws Exception {
    Names.check(ownership()::name, ownership()::name);
  }

  @Test
  void aFreeCellIsGivenAndHeld() throws Exception {
    assertTrue(claim(ownership(), ONE).orElseThrow().held());
  }

  @Test
  void anOwnedCellIsGivenToNoOtherAndStaysWithItsOwner() throws Exception {
    CellOwnership one = ownership();
    Claim first = claim(one, ONE).orElseThrow();
    assertEquals(Optional.empty(), claim(ownership(), ONE), "another pit");
    assertEquals(Optional.empty(), claim(one, ONE), "the same instance again");
    assertTrue(first.held());
  }

  @Test
  void aReleasedCellGoesToTheNextClaim() throws Exception {
    Claim first = claim(ownership(), ONE).orElseThrow();
    first.close();
    assertFalse(first.held());
    assertTrue(claim(ownership(), ONE).orElseThrow().held());
  }

  @Test
  void theEpochRisesWithEveryOwner() throws Exception {
    long before = 0;
    for (int owner = 0; owner < 12; owner++) {
      Claim claim = claim(ownership(), ONE).orElseThrow();
      assertTrue(claim.epoch() > before, claim.epoch() + " after " + before);
      assertEquals(claim.epoch(), claim.epoch(), "called twice");
      before = claim.epoch();
      claim.close();
    }
  }

  @Test
  void anOwnerThatLetsGoTwiceTakesNothingFromTheNext() throws Exception {
    Claim first = claim(ownership(), ONE).orElseThrow();
    first.close();
    Claim second = claim(ownership(), ONE).orElseThrow();
    first.close();
    assertTrue(second.held());
    assertEquals(Optional.empty(), claim(ownership(), ONE));
    assertTrue(second.held(), "after the claim of another");
  }

  @Test
  void twoCellsAreTwoMatters() throws Exception {
    CellOwnership one = ownership();
    Claim first = claim(one, ONE).orElseThrow();
    Claim other = claim(one, TWO).orElseThrow();
    first.close();
    assertTrue(other.held());
    assertEquals(Optional.empty(), claim(ownership(), TWO));
  }

  @Test
  void exactlyOneOfManyConcurrentClaimsSucceeds() throws Exception {
    CellOwnership one = ownership();
    Path directory = directory(ONE);
    List<Optional<Claim>> answers = Together.call(() -> one.claim(ONE, directory), patience());
    answers.forEach(answer -> answer.ifPresent(claims::add));
    assertEquals(1, answers.stream().filter(Optional::isPresent).count());
  }

  @Test
  void itCanBeClosedTwice() throws Exception {
    CellOwnership ownership = ownership();
    ownership.close();
    ownership.close();
  }
}
