package io.shardwright.faults;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.StreamSupport;

/** Real paths that belong to another file system. */
final class FaultyPaths {
  private FaultyPaths() {}

  /** What a proxy answers instead of the path. */
  private interface Wrapped extends Path {
    Path unwrapped();
  }

  static Path wrap(Path real, FileSystem owner) {
    return (Path)
        Proxy.newProxyInstance(
            FaultyPaths.class.getClassLoader(),
            new Class<?>[] {Wrapped.class},
            (proxy, method, args) -> {
              switch (method.getName()) {
                case "unwrapped":
                  return real;
                case "getFileSystem":
                  return owner;
                case "iterator":
                  return iterator(real, owner);
                default:
                  return wrapped(call(real, method, args), owner);
              }
            });
  }

  private static Object call(Path real, java.lang.reflect.Method method, Object[] args)
      throws Throwable {
    Object[] plain =
        args == null ? null : Arrays.stream(args).map(FaultyPaths::plain).toArray(Object[]::new);
    try {
      return method.invoke(real, plain);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static Object plain(Object arg) {
    return arg instanceof Path path ? unwrap(path) : arg;
  }

  private static Object wrapped(Object result, FileSystem owner) {
    return result instanceof Path path ? wrap(path, owner) : result;
  }

  private static Iterator<Path> iterator(Path real, FileSystem owner) {
    return StreamSupport.stream(real.spliterator(), false)
        .map(each -> wrap(each, owner))
        .iterator();
  }

  static Path unwrap(Path path) {
    return path instanceof Wrapped wrapped ? wrapped.unwrapped() : path;
  }
}
