package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.pit.PitConfig.InvalidConfigException;

/** The full message of every kind of configuration problem. */
final class PitConfigProblemsTest {

  private static final Path FILE = Path.of("/etc/pit/config.json");

  private static List<String> problems(String document) {
    InvalidConfigException e =
        assertThrows(InvalidConfigException.class, () -> PitConfig.parse(FILE, document));
    assertEquals("/etc/pit/config.json: " + String.join("; ", e.problems()), e.getMessage());
    return e.problems();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'poll_interval': 0} | poll_interval: 0 is not a whole number from 1 to 86400 (line 1, column 19, /poll_interval)
          {'poll_interval': 86401} | poll_interval: 86401 is not a whole number from 1 to 86400 (line 1, column 19, /poll_interval)
          {'poll_interval': 1.5} | poll_interval: 1.5 is not a whole number from 1 to 86400 (line 1, column 19, /poll_interval)
          {'poll_interval': null} | poll_interval: null is not a whole number from 1 to 86400 (line 1, column 19, /poll_interval)
          {'timeout': '5'} | timeout: "5" is not a whole number from 1 to 31536000 (line 1, column 13, /timeout)
          {'timeout': -5} | timeout: -5 is not a whole number from 1 to 31536000 (line 1, column 13, /timeout)
          {'timeout': 99999999999999999999} | timeout: 99999999999999999999 is not a whole number from 1 to 31536000 (line 1, column 13, /timeout)
          {'auto_revive': 'yes'} | auto_revive: "yes" is not true or false (line 1, column 17, /auto_revive)
          {'auto_revive': 1} | auto_revive: 1 is not true or false (line 1, column 17, /auto_revive)
          {'max_retries': -1} | max_retries: -1 is not a whole number from 0 to 100 (line 1, column 17, /max_retries)
          {'max_retries': []} | max_retries: a list is not a whole number from 0 to 100 (line 1, column 17, /max_retries)
          {'gateways': {}} | gateways: an object is not a list (line 1, column 14, /gateways)
          {'gateways': [7]} | gateways: 7 is not an object (line 1, column 15, /gateways/0)
          {'gateways': ['ftp://x']} | gateways: gateway ftp://x: ftp://x is not an http or https URL (line 1, column 15, /gateways/0)
          {'gateways': ['http://a', 'http://a']} | gateways: "http://a" is there twice (line 1, column 27, /gateways/1)
          {'gateways': ['http:// a']} | gateways: Illegal character in authority at index 7: http:// a (line 1, column 15, /gateways/0)
          {'gateways': [{'url': ''}]} | url: "" is not a text (line 1, column 23, /gateways/0/url)
          {'gateways': [{'url': 'http://a', 'token': 't'}]} | token: unknown field, expected one of [name, token_file, url] (line 1, column 44, /gateways/0/token)
          {'gateways': [{'url': 'http://a', 'token_file': '~bob/t'}]} | token_file: "~bob/t" is not a path (line 1, column 49, /gateways/0/token_file)
          {'missions_path': ''} | missions_path: "" is not a path (line 1, column 19, /missions_path)
          {'missions_path': 3} | missions_path: 3 is not a path (line 1, column 19, /missions_path)
          {'missions_path': '/a\\u0000b'} | missions_path: "/a?b" is not a path (line 1, column 19, /missions_path)
          {'missions_path': '~bob'} | missions_path: "~bob" is not a path (line 1, column 19, /missions_path)
          {'log_level': 'LOUD'} | log_level: "LOUD" is not one of [OFF, ERROR, WARN, INFO, DEBUG, TRACE] (line 1, column 15, /log_level)
          {'reviver': ' '} | reviver: " " is not a text (line 1, column 13, /reviver)
          {'probe': 3} | probe: 3 is not a text (line 1, column 11, /probe)
          {'ownership': 3} | ownership: 3 is not a text (line 1, column 15, /ownership)
          {'reviver': ['process']} | reviver: a list is not a text (line 1, column 13, /reviver)
          {'launchers': []} | launchers: a list is not an object (line 1, column 15, /launchers)
          {'launchers': {'x': {'command': []}}} | launcher x: its command is empty, expected a program and its arguments (line 1, column 21, /launchers/x)
          {'launchers': {'x': {}}} | launcher x: its command is empty, expected a program and its arguments (line 1, column 21, /launchers/x)
          {'launchers': {'x': {'command': ['a', 'b{what}']}}} | launcher x: {what} is no placeholder, expected one of [agent_id, cell, cell_id, checkpoint, gateway, incarnation] (line 1, column 21, /launchers/x)
          {'launchers': {'x': {'command': ['a'], 'envy': {}}}} | envy: unknown field, expected one of [command, env, working_directory] (line 1, column 48, /launchers/x/envy)
          {'launchers': {'x': {'command': ['a'], 'env': {'K': 3}}}} | env/K: 3 is not a text under a variable's name (line 1, column 53, /launchers/x/env/K)
          {'launchers': {'x': {'command': ['a'], 'env': {'A=B': 'c'}}}} | env/A=B: "c" is not a text under a variable's name (line 1, column 55, /launchers/x/env/A=B)
          {'launchers': {'x': {'command': ['a', 7]}}} | command: 7 is not a text (line 1, column 39, /launchers/x/command/1)
          {'launchers': {'a/b': 1}} | launchers/a/b: 1 is not an object (line 1, column 23, /launchers/a~1b)
          {'allow_cell_commands': 'no'} | allow_cell_commands: "no" is not true or false (line 1, column 25, /allow_cell_commands)
          {'agent_key': 'pid'} | agent_key: "pid" is not one of [agent, cell] (line 1, column 15, /agent_key)
          {'plugin_directory': false} | plugin_directory: false is not a path (line 1, column 22, /plugin_directory)
          {'plugins': 'x'} | plugins: "x" is not an object (line 1, column 13, /plugins)
          {'plugins': {'command': []}} | plugins/command: a list is not an object (line 1, column 25, /plugins/command)
          {'state_directory': {}} | state_directory: an object is not a path (line 1, column 21, /state_directory)
          {'control': 8080} | control: 8080 is not an object (line 1, column 13, /control)
          {'control': {'host': '0.0.0.0'}} | host: "0.0.0.0" is not a loopback address (line 1, column 22, /control/host)
          {'control': {'host': '127.0.0.256'}} | host: "127.0.0.256" is not a loopback address (line 1, column 22, /control/host)
          {'control': {'port': 65536}} | port: 65536 is not a whole number from 0 to 65535 (line 1, column 22, /control/port)
          {'control': {'token': 'x'}} | token: unknown field, expected one of [host, port] (line 1, column 23, /control/token)
          {'limits': {'concurrent_revivals': 0}} | concurrent_revivals: 0 is not a whole number from 1 to 1000 (line 1, column 36, /limits/concurrent_revivals)
          {'limits': {'revivals_per_minute': 100001}} | revivals_per_minute: 100001 is not a whole number from 1 to 100000 (line 1, column 36, /limits/revivals_per_minute)
          {'limits': {'revivals_per_agent': true}} | revivals_per_agent: true is not a whole number from 1 to 1000 (line 1, column 35, /limits/revivals_per_agent)
          {'limits': {'per_agent_window': 0}} | per_agent_window: 0 is not a whole number from 1 to 31536000 (line 1, column 33, /limits/per_agent_window)
          {'limits': {'revivals': 1}} | revivals: unknown field, expected one of [concurrent_revivals, per_agent_window, revivals_per_agent, revivals_per_minute] (line 1, column 25, /limits/revivals)
          {'limit': {}} | limit: unknown field, expected one of [agent_key, allow_cell_commands, auto_revive, control, gateways, launchers, limits, log_level, max_retries, missions_path, ownership, plugin_directory, plugins, poll_interval, probe, reviver, state_directory, timeout] (line 1, column 11, /limit)
          {'timeout': 1, 'timeout': 2} | not JSON: Duplicate Object property "timeout" (line 1, column 25)
          {'plugins': {'a': {'b': 1, 'b': 2}}} | not JSON: Duplicate Object property "b" (line 1, column 31)
          [] | the configuration: a list is not an object (line 1, column 1, /)
          'text' | the configuration: "text" is not an object (line 1, column 1, /)
          {} {} | more follows after the JSON object (line 1, column 4)
          """)
  void everyMistakeHasAMessageAndAPlace(String document, String problem) {
    assertEquals(List.of(problem), problems(document.replace('\'', '"')));
  }

  @Test
  void aGatewayWithoutNameAndUrlIsNamedByItsPlace() {
    assertEquals(
        List.of(
            "gateways: neither a name nor a url is given (line 3, column 3, /gateways/1)",
            "reviver: 1 is not a text (line 5, column 13, /reviver)"),
        problems(
            """
            {"gateways": [
              "http://a",
              {}
             ],
             "reviver": 1}
            """));
  }

  @Test
  void anEmptyFileIsAMistakeToo() {
    String empty = "the file is empty, expected a JSON object (line 1, column 1)";
    assertEquals(List.of(empty), problems(""));
    assertEquals(List.of(empty), problems(" \n"));
  }

  @Test
  void aLinkThatLeadsNowhereIsNotAMissingFile(@TempDir Path folder) throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("config.json"), folder.resolve("gone"));
    assertThrows(IOException.class, () -> PitConfig.load(link));
  }

  @Test
  void aFileThatIsTooLargeIsNotRead(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), " ".repeat((1 << 20) + 1));
    assertEquals(
        List.of("1048577 bytes, expected at most 1048576"),
        assertThrows(InvalidConfigException.class, () -> PitConfig.load(file)).problems());
  }
}
