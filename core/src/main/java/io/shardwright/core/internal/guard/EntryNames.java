package io.shardwright.core.internal.guard;

import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Checks names of entries in archives: they must lead downwards on every system, whatever system
 * reads them.
 */
public final class EntryNames {
  private static final int LONGEST_PART = 255;

  private EntryNames() {}

  /**
   * A name's text.
   *
   * @throws UnsafeCheckpointException if it is not UTF-8
   */
  public static String decode(byte[] name, String where) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException bad) {
      throw unsafe(new String(name, StandardCharsets.ISO_8859_1), "is not UTF-8", where);
    }
  }

  /**
   * Refuses a name that is not a plain relative path of folders and a file.
   *
   * @throws UnsafeCheckpointException naming it
   */
  public static void require(String name, Guard guard, String where) {
    Supplier<String> named = () -> where + ": " + start(name);
    guard.require(Limit.NAME_BYTES, name.getBytes(StandardCharsets.UTF_8).length, named);
    if (isOdd(name)) {
      throw unsafe(name, "has a backslash, a colon or a control character", where);
    }
    String[] parts = name.split("/", -1);
    guard.require(Limit.PATH_DEPTH, parts.length, named);
    for (String part : parts) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw unsafe(name, "leads elsewhere", where);
      }
      if (part.getBytes(StandardCharsets.UTF_8).length > LONGEST_PART) {
        throw unsafe(name, "has a part of over " + LONGEST_PART + " bytes", where);
      }
    }
  }

  private static boolean isOdd(String name) {
    for (int at = 0; at < name.length(); at++) {
      char c = name.charAt(at);
      if (c < ' ' || c == 0x7f || c == '\\' || c == ':') {
        return true;
      }
    }
    return false;
  }

  private static UnsafeCheckpointException unsafe(String name, String how, String where) {
    return new UnsafeCheckpointException(
        ErrorCode.PATH_ESCAPE,
        where,
        "the name '"
            + start(name)
            + "' "
            + how
            + ", expected a plain path: do not extract this file with other tools");
  }

  private static String start(String name) {
    return name.length() > 80 ? name.substring(0, 80) + "…" : name;
  }

  /** What two names have in common where some system takes them for one. */
  public static String folded(String name) {
    if (name.length() == name.getBytes(StandardCharsets.UTF_8).length) {
      return name.toLowerCase(Locale.ROOT); // ASCII is normal, and has one upper case
    }
    return Normalizer.normalize(name, Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }
}
