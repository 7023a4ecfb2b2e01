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
 * What a {@link CellOwnership} has to keep to. Extend it and say how an instance is made and where
 * cells are; every test is one clause. Each test begins where nobody owns a cell.
 */
@Timeout(300)
public abstract class CellOwnershipContract {

  private static final UUID ONE = new UUID(1, 1);
  private static final UUID TWO = new UUID(2, 2);

  private final List<CellOwnership> made = new ArrayList<>();
  private final List<Claim> claims = new ArrayList<>();

  /** For subclasses. */
  protected CellOwnershipContract() {}

  /**
   * A configured instance. Every instance of one test decides about the same cells, as those of
   * several pits do.
   *
   * @return a new instance
   * @throws Exception if it cannot be made
   */
  protected abstract CellOwnership newOwnership() throws Exception;

  /**
   * Where a cell is.
   *
   * @param cell the cell
   * @return its directory, always the same within one test
   * @throws Exception if there is none
   */
  protected abstract Path directory(UUID cell) throws Exception;

  /**
   * How long to wait for what has to happen.
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
  void letGo() {
    claims.forEach(Claim::close);
    made.forEach(CellOwnership::close);
  }

  @Test
  void itsNameIsStableAndCanBeUsed() throws Exception {
    Names.check(ownership()::name, ownership()::name);
  }

  @Test
  void aFreeCellIsGivenAndHeld() throws Exception {
    assertTrue(claim(ownership(), ONE).orElseThrow().held());
  }

  @Test
  void whatOneOwnsNobodyElseGetsAndHeKeepsIt() throws Exception {
    CellOwnership one = ownership();
    Claim first = claim(one, ONE).orElseThrow();
    assertEquals(Optional.empty(), claim(ownership(), ONE), "another pit");
    assertEquals(Optional.empty(), claim(one, ONE), "the same once more");
    assertTrue(first.held());
  }

  @Test
  void whatIsLetGoIsForTheNext() throws Exception {
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
      assertEquals(claim.epoch(), claim.epoch(), "asked twice");
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
    assertTrue(second.held(), "after another has tried");
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
  void ofManyWhoTryAtOnceOneGetsIt() throws Exception {
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
