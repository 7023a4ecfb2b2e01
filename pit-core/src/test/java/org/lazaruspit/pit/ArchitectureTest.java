package org.lazaruspit.pit;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.MissionCell;

/** Holds the order of the rooms, and what they may use of the face and of the file system. */
final class ArchitectureTest {

  private static final JavaClasses PIT = classesBeside(LazarusPit.class);
  private static final JavaClasses CELL = classesBeside(MissionCell.class);

  /** From the top: a room uses only rooms below it. */
  private static final List<String> PIT_ROOMS =
      List.of(
          "loop",
          "revival",
          "detection",
          "cell",
          "ledger",
          "notify",
          "journal",
          "plugin",
          "probe",
          "process",
          "isolation",
          "command",
          "config",
          "os");

  private static final List<String> CELL_ROOMS = List.of("checkpoint", "scan", "files", "json");

  /** Types of the face that the rooms may use: values, and the interface of listeners. */
  private static final Set<String> VALUES =
      Set.of(
          "Explanation",
          "FailureCause",
          "FailureDetection",
          "ForwardedHeartbeat",
          "IsolationReport",
          "JournalWrite",
          "PitConfig",
          "PitHealth",
          "PitListener",
          "PitReport",
          "PluginProblem",
          "Restriction",
          "Revival",
          "RevivalLogEntry",
          "RevivalStatus",
          "RevivalStep");

  /** The aim is one class, which checks what it opens; until then this list only shrinks. */
  private static final Set<String> OPENERS =
      Set.of(
          "AgentLock",
          "AgentTokens",
          "AtomicFiles",
          "CellLock",
          "CheckpointContent",
          "CheckpointGenerations",
          "CheckpointJson",
          "Checkpoints",
          "CommandReviver",
          "ControlGroups",
          "FileLockOwnership",
          "FileReader",
          "GatewayClient",
          "GatewayKeyFile",
          "JournalArchive",
          "JournalFile",
          "JournalReader",
          "LauncherResolver",
          "PitConfig",
          "ProcFs",
          "SecureDirectory",
          "ZipDirectory",
          "ZipExtractor");

  private static final Set<String> OPENING_METHODS =
      Set.of(
          "copy",
          "lines",
          "mismatch",
          "newBufferedReader",
          "newBufferedWriter",
          "newByteChannel",
          "newInputStream",
          "newOutputStream",
          "readAllBytes",
          "readAllLines",
          "readString",
          "write",
          "writeString");

  @Test
  void aRoomOfPitCoreUsesOnlyRoomsBelowIt() {
    requireOrder(PIT, "org.lazaruspit.pit.internal.", PIT_ROOMS);
  }

  @Test
  void aRoomOfCellCoreUsesOnlyRoomsBelowIt() {
    requireOrder(CELL, "org.lazaruspit.cell.internal.", CELL_ROOMS);
  }

  private static void requireOrder(JavaClasses imported, String prefix, List<String> rooms) {
    Set<String> found =
        imported.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(prefix))
            .map(name -> name.substring(prefix.length()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(rooms), found, "every room has its place in the order");
    for (int i = 1; i < rooms.size(); i++) {
      String[] above = rooms.subList(0, i).stream().map(prefix::concat).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(prefix + rooms.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(above)
          .check(imported);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"org.lazaruspit.pit.internal.(*)", "org.lazaruspit.cell.internal.(*)"})
  void roomsFormNoCycle(String rooms) {
    slices().matching(rooms).should().beFreeOfCycles().check(rooms.contains(".pit.") ? PIT : CELL);
  }

  @Test
  void roomsUseOnlyValuesOfTheFace() {
    DescribedPredicate<JavaClass> noValue =
        resideInAPackage("org.lazaruspit.pit")
            .and(
                describe(
                    "are not listed as values",
                    type -> !VALUES.contains(outermost(type).getSimpleName())));
    noClasses()
        .that()
        .resideInAPackage("org.lazaruspit.pit.internal..")
        .should()
        .dependOnClassesThat(noValue)
        .check(PIT);
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
  }

  @Test
  void plugInInterfacesUseNothingButThemselvesAndOtherModules() {
    noClasses()
        .that()
        .resideInAPackage("org.lazaruspit.pit.spi")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.lazaruspit.pit", "org.lazaruspit.pit.internal..")
        .check(PIT);
  }

  @Test
  void exportedTypesHaveNoSynchronizedMethod() {
    methods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage("org.lazaruspit.pit", "org.lazaruspit.pit.spi", "org.lazaruspit.cell")
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should()
        .notHaveModifier(JavaModifier.SYNCHRONIZED)
        .check(classesBeside(LazarusPit.class, MissionCell.class));
  }

  /** An open of a FIFO that an agent has planted blocks its thread: no new place for that. */
  @Test
  void filesAreOpenedInListedClassesOnly() {
    Set<String> found =
        classesBeside(LazarusPit.class, MissionCell.class).stream()
            .filter(
                type -> type.getAccessesFromSelf().stream().anyMatch(it -> opens(it.getTarget())))
            .map(type -> outermost(type).getSimpleName())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(OPENERS), found, "the list has each opener of files, and no other");
  }

  private static boolean opens(AccessTarget target) {
    JavaClass owner = target.getOwner();
    if (target.getName().equals("<init>")) {
      return owner.isEquivalentTo(RandomAccessFile.class)
          || owner.isEquivalentTo(FileInputStream.class)
          || owner.isEquivalentTo(FileOutputStream.class)
          || owner.isEquivalentTo(FileReader.class)
          || owner.isEquivalentTo(FileWriter.class);
    }
    return (owner.isEquivalentTo(Files.class) && OPENING_METHODS.contains(target.getName()))
        || (owner.isEquivalentTo(FileChannel.class) && target.getName().equals("open"));
  }

  private static JavaClasses classesBeside(Class<?>... types) {
    return new ClassFileImporter()
        .importUrls(Stream.of(types).map(ArchitectureTest::location).toList());
  }

  /** A folder of classes, or a JAR. */
  private static URL location(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
