package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.format.Keeps;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Runs a third party's code. Whatever it throws that is no refusal is a fault of its jar.
 *
 * @param format the format's name
 * @param jar where it is from
 */
record Plugin(String format, String jar) {
  /** Asks it something; what is said of it where it fails, or gives nothing. */
  <T> T asking(String what, Supplier<T> question) {
    T answer = contained(what, question);
    if (answer == null) {
      throw broken("gave nothing while " + what);
    }
    return answer;
  }

  /** Asks what a target keeps: something at least, and nothing that can't be handed to it. */
  Set<Keeps> keeps(Supplier<Set<Keeps>> question, Keeps least, Set<Keeps> most) {
    Set<Keeps> kept = asking("asked what it keeps", question);
    if (!kept.contains(least) || !most.containsAll(kept)) {
      throw broken("says that it keeps " + kept + ", expected some of " + most);
    }
    return kept;
  }

  /** Lets it check something. */
  void doing(String what, Runnable check) {
    contained(
        what,
        () -> {
          check.run();
          return null;
        });
  }

  private <T> T contained(String what, Supplier<T> question) {
    try {
      return question.get();
    } catch (CheckpointException refusal) {
      throw refusal;
    } catch (RuntimeException | LinkageError | StackOverflowError broken) {
      throw broken("failed while " + what + ": " + broken);
    }
  }

  /** Whether a path is of its format; what it can't look at is not. */
  boolean recognizes(Place place, ReadPolicy policy, Predicate<OpenFiles> format) {
    try (var files = new OpenFiles(place, new Guard(policy))) {
      return recognizes(files, format);
    } catch (AdapterException broken) {
      throw broken;
    } catch (CheckpointException other) {
      return false;
    }
  }

  boolean recognizes(OpenFiles files, Predicate<OpenFiles> format) {
    return asking("recognizing " + files.name(), () -> format.test(files));
  }

  /** Opens a path of its format. */
  <S extends ModelSource> S open(Place place, Guard guard, Function<OpenFiles, S> format) {
    var files = new OpenFiles(place, guard);
    try {
      files.requireFew();
      return asking("reading " + files.name(), () -> format.apply(files));
    } catch (CheckpointException refusal) {
      files.close();
      throw refusal;
    }
  }

  AdapterException broken(String problem) {
    return new AdapterException(
        ErrorCode.ADAPTER_BROKEN, jar, "format '" + format + "' " + problem);
  }
}
