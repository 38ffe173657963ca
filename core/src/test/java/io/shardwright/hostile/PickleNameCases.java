package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Calls that would run code in Python, in every way that a pickle has to make them. */
final class PickleNameCases {
  private static final String[][] CALLS = {
    {"os", "system"},
    {"posix", "system"},
    {"nt", "system"},
    {"subprocess", "Popen"},
    {"subprocess", "check_output"},
    {"commands", "getoutput"},
    {"pty", "spawn"},
    {"sys", "exit"},
    {"importlib", "import_module"},
    {"importlib.util", "spec_from_file_location"},
    {"runpy", "run_path"},
    {"shutil", "rmtree"},
    {"socket", "create_connection"},
    {"ctypes", "CDLL"},
    {"pickle", "loads"},
    {"_pickle", "loads"},
    {"marshal", "loads"},
    {"code", "interact"},
    {"pydoc", "pipepager"},
    {"pkgutil", "resolve_name"},
    {"builtins", "eval"},
    {"builtins", "exec"},
    {"builtins", "compile"},
    {"builtins", "open"},
    {"builtins", "getattr"},
    {"builtins", "setattr"},
    {"builtins", "__import__"},
    {"builtins", "input"},
    {"builtins", "breakpoint"},
    {"__builtin__", "eval"},
    {"__builtin__", "execfile"},
    {"__builtin__", "apply"},
    {"operator", "attrgetter"},
    {"operator", "methodcaller"},
    {"_operator", "itemgetter"},
    {"torch", "load"},
    {"torch.storage", "_load_from_bytes"},
    {"torch.hub", "load"},
    {"torch.serialization", "load"},
    {"numpy", "load"},
    {"webbrowser", "open"},
    {"timeit", "timeit"},
    {"pip", "main"},
    {"pip._internal", "main"},
    {"logging", "FileHandler"},
    {"uuid", "_get_command_stdout"},
    {"imaplib", "IMAP4_stream"},
    {"http.client", "HTTPConnection"},
    {"urllib.request", "urlopen"},
    {"asyncio.unix_events", "_UnixSubprocessTransport"},
    {"multiprocessing", "Process"},
    {"types", "FunctionType"},
    {"types", "CodeType"},
    {"io", "open"},
    {"_io", "FileIO"},
    {"codecs", "open"},
    {"bdb", "Bdb"},
    {"cProfile", "run"},
    {"dill", "loads"},
    {"joblib", "load"},
    {"functools", "reduce"},
    {"torch.utils.collect_env", "run"},
  };

  private PickleNameCases() {}

  static List<Case> all() {
    var cases = new ArrayList<Case>();
    for (String[] name : CALLS) {
      cases.add(
          alarm(
              "calls " + String.join(".", name),
              p -> p.global(name[0], name[1]).mark().text("touch pwned").tuple().op('R')));
    }
    ways(cases);
    return cases;
  }

  private static Case alarm(String name, Consumer<Pickle> value) {
    byte[] pickle = Pickle.stateDict(3, p -> value.accept(p.text("x")));
    byte[] file = Zip.torch(pickle, Octets.floats(1, 2, 3)).bytes();
    return Case.refused(name, file, ErrorCode.PICKLE_FORBIDDEN);
  }

  private static void ways(List<Case> cases) {
    cases.add(
        alarm("by STACK_GLOBAL", p -> p.stackGlobal("os", "system").text("id").op(0x85).op('R')));
    cases.add(
        alarm(
            "by a name that the memo puts together",
            p -> p.text("os").put(9).op('0').get(9).text("system").op(0x93).op(')').op('R')));
    cases.add(alarm("by INST", p -> p.mark().text("id").op('i').line("os").line("system")));
    cases.add(alarm("by OBJ", p -> p.mark().global("os", "system").text("id").op('o')));
    cases.add(alarm("by NEWOBJ", p -> p.global("os", "system").op(')').op(0x81)));
    cases.add(alarm("by NEWOBJ_EX", p -> p.global("os", "system").op(')').op('}').op(0x92)));
    cases.add(
        alarm(
            "and throws the result away",
            p -> p.global("os", "system").op(')').op('R').op('0').none()));
    cases.add(
        alarm(
            "within a mark that is thrown away",
            p -> p.mark().global("os", "system").op(')').op('R').op('1').none()));
    cases.add(
        alarm(
            "of the result of a call",
            p -> p.global("x", "f").op(')').op('R').text("id").op(0x85).op('R')));
    cases.add(
        alarm(
            "handed to functools.partial",
            p ->
                p.global("functools", "partial")
                    .global("os", "system")
                    .text("id")
                    .op(0x86)
                    .op('R')));
    cases.add(
        alarm(
            "handed to map in a list",
            p ->
                p.global("builtins", "map")
                    .global("os", "system")
                    .op(']')
                    .text("id")
                    .op('a')
                    .op(0x86)
                    .op('R')));
    cases.add(
        alarm(
            "as the factory of a defaultdict",
            p -> p.global("collections", "defaultdict").global("os", "system").op(0x85).op('R')));
    cases.add(
        alarm(
            "in the state of a partial",
            p ->
                p.global("functools", "partial")
                    .global("my", "f")
                    .op(0x85)
                    .op('R')
                    .global("os", "system")
                    .op(')')
                    .op('}')
                    .op(0x87)
                    .op('b')));
    cases.add(
        alarm(
            "as the method by which items are appended",
            p ->
                p.global("types", "SimpleNamespace")
                    .op(')')
                    .op('R')
                    .op('}')
                    .text("append")
                    .global("os", "system")
                    .op('s')
                    .op('b')
                    .text("id")
                    .op('a')));
    cases.add(
        alarm(
            "as an attribute of a module that another has imported",
            p ->
                p.global("builtins", "getattr")
                    .global("torch.serialization", "os")
                    .text("system")
                    .op(0x86)
                    .op('R')));
    cases.add(
        alarm(
            "by a dotted name",
            p -> p.stackGlobal("torch.serialization", "os.system").op(')').op('R')));
    cases.add(
        alarm(
            "by a dotted name through dunders",
            p -> p.stackGlobal("torch", "Tensor.__init__.__globals__").op(')').op('R')));
    cases.add(
        alarm(
            "hidden in a tensor's hooks",
            p ->
                p.global("torch._utils", "_rebuild_tensor_v2")
                    .mark()
                    .storage("FloatStorage", "0", 3)
                    .number(0)
                    .numbers(3)
                    .numbers(1)
                    .op(0x89)
                    .global("os", "system")
                    .op(')')
                    .op('R')
                    .tuple()
                    .op('R')));
    cases.add(
        alarm(
            "with a state that is built",
            p -> p.global("os", "system").op(')').op('R').op('}').op('b')));
    for (int protocol : new int[] {0, 1, 3, 4, 5}) {
      byte[] pickle =
          Pickle.protocol(protocol)
              .op('}')
              .mark()
              .text("w")
              .tensor("0", 3)
              .text("x")
              .global("os", "system")
              .op(')')
              .op('R')
              .op('u')
              .stop();
      cases.add(
          Case.refused(
              "in protocol " + protocol,
              Zip.torch(pickle, Octets.floats(1, 2, 3)).bytes(),
              ErrorCode.PICKLE_FORBIDDEN));
    }
  }
}
