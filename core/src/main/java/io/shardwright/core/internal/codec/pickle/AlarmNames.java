package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.Optional;

/**
 * The Python names that only an attack calls while weights are loaded. Shardwright calls nothing;
 * the list warns of other tools that would. It is no security boundary: a name that is missing here
 * is merely unknown.
 */
final class AlarmNames {
  private static final String SHELL = "runs a shell command or another program";
  private static final String SYSTEM = "accesses files, processes or the environment";
  private static final String PYTHON = "accesses the running Python";
  private static final String IMPORT = "imports or runs a module";
  private static final String CODE = "runs code given as text";
  private static final String MADE = "makes a function from code in the file";
  private static final String NETWORK = "accesses the network";
  private static final String NATIVE = "calls native code";
  private static final String LOAD = "loads another pickle, which may run any code";
  private static final String ATTRIBUTE = "accesses any attribute or method by name";
  private static final String FILES = "opens, writes or deletes files";
  private static final String THREADS = "starts a thread or a process";
  private static final String[] ARITHMETIC = {
    "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "neg", "pos", "abs", "lt", "le",
    "eq", "ne", "ge", "gt", "and_", "or_", "xor", "not_", "invert", "truth", "is_", "is_not"
  };
  private static final String[] PATHS = {
    "join", "basename", "dirname", "split", "splitext", "normpath", "isabs"
  };
  private static final NameTable TABLE =
      new NameTable()
          .addPackages(SYSTEM, "os", "posix", "nt", "posixpath", "ntpath", "pwd", "resource")
          .add(SHELL, "os", "system", "popen", "execv", "execve", "execl", "spawnv", "spawnl")
          .add(SHELL, "posix", "system", "popen", "execv", "execve", "posix_spawn")
          .add(SHELL, "nt", "system", "popen", "execv", "execve", "startfile")
          .addPackages(SHELL, "subprocess", "_posixsubprocess", "pty", "commands", "popen2")
          .addPackages(PYTHON, "sys", "gc", "inspect", "ctypes.util", "_testcapi", "atexit")
          .addPackages(IMPORT, "importlib", "runpy", "imp", "pkgutil", "zipimport", "site")
          .addPackages(IMPORT, "pip", "ensurepip", "setuptools", "distutils", "venv", "_imp")
          .addPackages(CODE, "code", "codeop", "pdb", "bdb", "timeit", "cProfile", "profile")
          .addPackages(CODE, "trace", "doctest", "pydoc", "idlelib", "lib2to3", "_pyrepl")
          .addPackages(CODE, "unittest", "xmlrpc.server", "sre_compile", "cgitb")
          .addPackages(FILES, "shutil", "tempfile", "fileinput", "tarfile", "zipfile", "mmap")
          .addPackages(FILES, "sqlite3", "_sqlite3", "dbm", "shelve", "filecmp", "logging.config")
          .addPackages(NETWORK, "socket", "_socket", "ssl", "http", "urllib", "urllib2", "httplib")
          .addPackages(NETWORK, "requests", "ftplib", "smtplib", "telnetlib", "imaplib", "poplib")
          .addPackages(NETWORK, "nntplib", "xmlrpc", "socketserver", "SocketServer", "webbrowser")
          .addPackages(NETWORK, "asyncio", "aiohttp", "selectors", "httpx", "paramiko")
          .addPackages(
              NATIVE, "ctypes", "_ctypes", "cffi", "_cffi_backend", "torch.utils.cpp_extension")
          .addPackages(LOAD, "pickle", "_pickle", "cPickle", "marshal", "dill", "cloudpickle")
          .addPackages(
              LOAD, "joblib", "jsonpickle", "torch.hub", "torch.package", "pandas.io.pickle")
          .addPackages(ATTRIBUTE, "operator", "_operator")
          .addPackages(THREADS, "threading", "_thread", "multiprocessing", "_multiprocessing")
          .addPackages(THREADS, "concurrent", "billiard", "loky")
          .add(CODE, "builtins", "eval", "exec", "compile", "execfile", "apply", "help")
          .add(ATTRIBUTE, "builtins", "getattr", "setattr", "delattr", "vars", "globals", "locals")
          .add(IMPORT, "builtins", "__import__", "reload")
          .add(FILES, "builtins", "open", "file")
          .add(PYTHON, "builtins", "input", "raw_input", "breakpoint", "exit", "quit")
          .add(FILES, "_io", "open", "FileIO", "open_code")
          .add(FILES, "io", "open", "FileIO", "open_code")
          .add(FILES, "_pyio", "open", "FileIO")
          .add(FILES, "codecs", "open")
          .add(FILES, "logging", "FileHandler")
          .add(FILES, "logging.handlers", "*")
          .add(SHELL, "uuid", "_get_command_stdout", "_popen")
          .add(SHELL, "platform", "popen", "_syscmd_file", "_syscmd_ver")
          .add(MADE, "types", "CodeType", "FunctionType", "MethodType", "LambdaType")
          .add(CODE, "functools", "reduce")
          .add(CODE, "_functools", "reduce")
          .add(CODE, "builtins", "reduce")
          .add(CODE, "typing", "ForwardRef", "_eval_type", "get_type_hints")
          .add(CODE, "typing_extensions", "get_type_hints", "evaluate_forward_ref")
          .add(CODE, "numpy.testing._private.utils", "runstring", "rundocs", "measure")
          .add(CODE, "torch.jit.unsupported_tensor_ops", "execWrapper")
          .addPackages(CODE, "torch._inductor.codecache", "torch.utils.bottleneck")
          .add(LOAD, "torch", "load")
          .add(LOAD, "torch.jit", "load")
          .add(LOAD, "torch.jit._serialization", "load")
          .add(LOAD, "torch.serialization", "load", "_load", "_legacy_load")
          .add(LOAD, "torch.storage", "_load_from_bytes")
          .add(LOAD, "numpy", "load")
          .add(LOAD, "numpy.lib.npyio", "load")
          .add(SHELL, "numpy.distutils", "*")
          .add(CODE, "numpy.f2py.crackfortran", "*")
          .add(LOAD, "pandas", "read_pickle")
          .add(SHELL, "torch.utils.collect_env", "*")
          .add(SHELL, "torch.distributed.run", "*");

  /** What does nothing of that, though its neighbours in the module do. */
  private static final NameTable HARMLESS =
      new NameTable()
          .add("adds or compares", "operator", ARITHMETIC)
          .add("adds or compares", "_operator", ARITHMETIC)
          .add("joins or cuts the text of a path", "posixpath", PATHS)
          .add("joins or cuts the text of a path", "ntpath", PATHS)
          .add("names a type or a record", "os", "PathLike", "stat_result", "terminal_size")
          .add("names a type or a record", "inspect", "_ParameterKind", "Parameter", "Signature")
          .add("names a type or a record", "inspect", "_empty")
          .add("names a type or a record", "http", "HTTPStatus", "HTTPMethod")
          .add("names a type or a record", "urllib.parse", "ParseResult", "SplitResult")
          .add("names a type or a record", "socket", "AddressFamily", "SocketKind");

  private AlarmNames() {}

  /** What a call would do; empty for a name that raises no alarm. */
  static Optional<String> effect(Global global) {
    if (HARMLESS.effect(global).isPresent()) {
      return Optional.empty();
    }
    if (global.module().equals("pathlib") && global.name().indexOf('.') >= 0) {
      return Optional.of(FILES);
    }
    Optional<String> found = TABLE.effect(global);
    return found.isPresent() || global.name().indexOf('.') < 0 ? found : walked(global);
  }

  /** A dotted name walks over attributes, and a module's own imports are among them. */
  private static Optional<String> walked(Global global) {
    String[] steps = global.name().split("\\.", -1);
    for (int i = 0; i < steps.length; i++) {
      boolean last = i == steps.length - 1;
      String step = steps[i].replaceFirst("^_", "");
      Optional<String> found =
          last
              ? TABLE.effect(new Global("builtins", steps[i]))
              : TABLE
                  .effect(new Global(steps[i], steps[i + 1]))
                  .or(() -> TABLE.effect(new Global(step, "x")));
      if (found.isPresent() || steps[i].startsWith("__")) {
        return Optional.of(found.orElse(ATTRIBUTE));
      }
    }
    return Optional.empty();
  }
}
