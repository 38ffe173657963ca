package io.shardwright.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.shardwright.cli.CommandRequest;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Converts or reshards many checkpoints, a row of a table each, a task each. A row that can't be
 * done gets the reason, and the others go on.
 */
public final class Fleet {
  /**
   * Columns of the result. {@code verdict} is {@code done}, {@code refused} (with {@code code} and
   * {@code message}) or {@code failed} (an internal error); {@code bytes} is the target's size;
   * {@code manifest_sha256} is of the file {@code TARGET.manifest.json}, which lists the SHA-256 of
   * every logical tensor.
   */
  public static final StructType RESULT =
      new StructType()
          .add("source", DataTypes.StringType)
          .add("target", DataTypes.StringType)
          .add("options", DataTypes.StringType)
          .add("verdict", DataTypes.StringType)
          .add("code", DataTypes.StringType)
          .add("message", DataTypes.StringType)
          .add("bytes", DataTypes.LongType)
          .add("seconds", DataTypes.DoubleType)
          .add("manifest_sha256", DataTypes.StringType);

  private static final String DONE = "done";
  private static final String REFUSED = "refused";
  private static final String FAILED = "failed";

  private Fleet() {}

  /**
   * Does every row once, at once: what is returned holds results, and asking it again does nothing
   * again.
   *
   * @param session where the tasks run
   * @param checkpoints a table with the columns {@code source}, {@code target} and, if any row has
   *     some, {@code options}: words as they follow {@code shardwright plan SRC DST}, with {@code
   *     --to} for a conversion
   * @return a row for each row, in the same order, with the columns of {@link #RESULT}
   * @throws IllegalArgumentException if a column lacks
   */
  public static Dataset<Row> run(SparkSession session, Dataset<Row> checkpoints) {
    var columns = List.of(checkpoints.columns());
    for (String column : List.of("source", "target")) {
      if (!columns.contains(column)) {
        throw new IllegalArgumentException("the table has no column '" + column + "': " + columns);
      }
    }
    var options = columns.contains("options") ? text("options") : lit(null).cast("string");
    var asked = new ArrayList<Asked>();
    var writers = new HashMap<String, Integer>();
    for (Row row : checkpoints.select(text("source"), text("target"), options).collectAsList()) {
      int number = asked.size() + 1;
      String target = row.getString(1);
      Integer earlier = target == null ? null : writers.putIfAbsent(target, number);
      asked.add(new Asked(row.getString(0), target, row.getString(2), earlier));
    }
    var context = JavaSparkContext.fromSparkContext(session.sparkContext());
    var rows =
        asked.isEmpty()
            ? List.<Row>of()
            : context
                .parallelize(asked, asked.size())
                .map(new RowTask(DriverFolder.here()))
                .collect();
    return session.createDataset(rows, Encoders.row(RESULT));
  }

  /** Where all of them are numbers, a table may say so. */
  private static Column text(String column) {
    return col(column).cast("string");
  }

  /**
   * A row of the table.
   *
   * @param earlier the number of an earlier row with the same target; null where there is none
   */
  private record Asked(String source, String target, String options, Integer earlier)
      implements Serializable {
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*+\"|'[^']*+'|[^\\s\"']++)++");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*+)\"|'([^']*+)'");

    /** Quotes hold what has blanks, anywhere in a word, as a shell has them. */
    List<String> words() {
      String text = options == null ? "" : options;
      if (!WORD.matcher(text).replaceAll("").isBlank()) {
        throw new Refusal("usage", "the options have a quote that does not end: " + text);
      }
      return WORD.matcher(text)
          .results()
          .map(word -> QUOTED.matcher(word.group()).replaceAll(Asked::inside))
          .toList();
    }

    /** Two rows would write one target, whichever comes first. */
    void requireOwnTarget() {
      if (earlier != null) {
        throw new UnsafeCheckpointException(
            ErrorCode.TARGET_EXISTS,
            target,
            "row " + earlier + " has the same target, expected one for each row");
      }
    }

    private static String inside(MatchResult quoted) {
      String text = quoted.group(1) == null ? quoted.group(2) : quoted.group(1);
      return Matcher.quoteReplacement(text);
    }

    Row result(
        String verdict, String code, String message, Long bytes, double seconds, String manifest) {
      return RowFactory.create(
          source, target, options, verdict, code, message, bytes, seconds, manifest);
    }
  }

  /** Runs a row. */
  private record RowTask(DriverFolder folder) implements Function<Asked, Row> {
    @Override
    public Row call(Asked asked) throws InterruptedException {
      long began = System.nanoTime();
      var context = TaskContext.get();
      try {
        var request = request(asked, context);
        Report report = run(request, context);
        double seconds = (System.nanoTime() - began) / 1e9;
        String manifest = sha256(request.request().manifestPath());
        return asked.result(DONE, null, null, report.bytesWritten(), seconds, manifest);
      } catch (Refusal refusal) {
        double seconds = (System.nanoTime() - began) / 1e9;
        return asked.result(REFUSED, refusal.code, refusal.getMessage(), null, seconds, null);
      } catch (RuntimeException bug) {
        double seconds = (System.nanoTime() - began) / 1e9;
        return asked.result(FAILED, null, bug.toString(), null, seconds, null);
      }
    }

    private CommandRequest request(Asked asked, TaskContext context) {
      if (asked.source == null || asked.target == null) {
        throw new Refusal("usage", "source and target must be given");
      }
      var words = new ArrayList<>(asked.words());
      if (words.stream().anyMatch(word -> word.replace('_', '-').startsWith("--adapter-path"))) {
        throw new Refusal(
            "usage", "--adapter-path would run code that a table names: give jars to spark-submit");
      }
      add(words, "--manifest", "");
      add(words, "--threads", "=" + context.cpus());
      if (context.attemptNumber() > 0) {
        add(words, "--resume", "");
      }
      try {
        var request = CommandRequest.of(folder.of(asked.source), folder.of(asked.target), words);
        asked.requireOwnTarget();
        return request;
      } catch (IllegalArgumentException wrong) {
        throw new Refusal("usage", wrong.getMessage());
      } catch (CheckpointException wrong) {
        throw new Refusal(wrong.code().code(), wrong.getMessage());
      }
    }

    /** Where the row does not say it itself. */
    private static void add(List<String> words, String option, String value) {
      if (words.stream().noneMatch(word -> word.split("=")[0].equals(option))) {
        words.add(option + value);
      }
    }

    private static Report run(CommandRequest asked, TaskContext context)
        throws InterruptedException {
      var task = new Task(context, bytes -> {});
      while (true) {
        try {
          return task.during(() -> asked.shardwright().run(asked.request(), task));
        } catch (CheckpointException refusal) {
          if (refusal.code() == ErrorCode.INTERRUPTED) {
            throw new InterruptedException();
          } else if (!isHeld(refusal, asked.request(), context)) {
            throw new Refusal(refusal.code().code(), asked.message(refusal));
          }
          TimeUnit.SECONDS.sleep(1);
        }
      }
    }

    /** An earlier attempt of this row, which Spark takes for lost or slow, may still write. */
    private static boolean isHeld(
        CheckpointException refusal, ReshardRequest request, TaskContext context) {
      return context.attemptNumber() > 0
          && refusal.code() == ErrorCode.TARGET_EXISTS
          && Files.notExists(request.target());
    }

    private static String sha256(Path manifest) {
      try {
        var digest = MessageDigest.getInstance("SHA-256");
        return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(manifest)));
      } catch (IOException unread) {
        throw new UncheckedIOException(unread);
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  /** Why a row is not done. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    Refusal(String code, String message) {
      super(message, null, false, false);
      this.code = code;
    }
  }
}
