package io.shardwright.core.internal.bytes;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Finds the reason of a file system's exception, which often names the file and nothing else. */
public final class Reason {
  private Reason() {}

  /** In words. */
  public static String of(IOException failure) {
    if (failure instanceof FileSystemException known && known.getReason() == null) {
      return said(known) + ": " + known.getFile();
    }
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  private static String said(FileSystemException failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    } else if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    } else if (failure instanceof FileAlreadyExistsException) {
      return "exists already";
    } else if (failure instanceof NotDirectoryException) {
      return "no folder";
    }
    return failure.getClass().getSimpleName();
  }
}
