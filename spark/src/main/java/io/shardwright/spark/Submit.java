package io.shardwright.spark;

import io.shardwright.cli.CommandRequest;
import io.shardwright.core.outline.SafeText;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The program for {@code spark-submit}.
 *
 * <pre>{@code
 * run SRC DST OPTIONS…           one checkpoint, in parts; options as of 'shardwright plan'
 * fleet TABLE RESULT             a CSV, JSON or Parquet table of checkpoints; RESULT is like it
 * catalogue RESULT CHECKPOINT…   a table with a row for each tensor
 * }</pre>
 */
public final class Submit {
  private static final int DONE = 0;
  private static final int USAGE = 2;
  private static final int NOT_ALL = 1;

  /**
   * An executor that writes parts needs much memory outside of its heap and little in it: a heap
   * that grows by need alone, and no memory of the C library's for each thread.
   */
  private static final Map<String, String> SMALL =
      Map.of(
          "spark.executor.extraJavaOptions",
          "-XX:+UseSerialGC -Xms32m -Xmn16m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30"
              + " -XX:ReservedCodeCacheSize=64m -Xss512k",
          "spark.executorEnv.MALLOC_ARENA_MAX",
          "2");

  private static final String WORDS =
      "expected 'run SRC DST OPTIONS…', 'fleet TABLE RESULT' or 'catalogue RESULT CHECKPOINT…'";

  private Submit() {}

  /**
   * Runs a command and ends the process with the command line's exit codes: 1 where a row of a
   * fleet is not done, 2 for wrong words, and the code of a refusal.
   *
   * @param args the command's words
   */
  public static void main(String[] args) {
    int code;
    var conf = new SparkConf();
    if (List.of(args).indexOf("run") == 0) {
      SMALL.forEach(conf::setIfMissing);
    }
    var session = SparkSession.builder().config(conf).appName("shardwright").getOrCreate();
    try {
      code = run(session, List.of(args), System.out, System.err);
    } finally {
      session.stop();
    }
    if (code != DONE) {
      System.exit(code);
    }
  }

  static int run(SparkSession session, List<String> words, PrintStream out, PrintStream err) {
    try {
      String command = words.isEmpty() ? "" : words.get(0);
      if (command.equals("run") && words.size() >= 3) {
        return one(session, words.subList(1, words.size()), out, err);
      } else if (command.equals("fleet") && words.size() == 3) {
        return fleet(session, Table.at(words.get(1)), Table.at(words.get(2)), out);
      } else if (command.equals("catalogue") && words.size() >= 3) {
        var result = Table.at(words.get(1)).absent(session);
        result.write(Catalogue.tensors(session, words.subList(2, words.size())));
        return DONE;
      }
      throw new IllegalArgumentException(WORDS);
    } catch (IllegalArgumentException wrong) {
      err.println("error: " + SafeText.of(wrong.getMessage()));
      return USAGE;
    } catch (CheckpointException refusal) {
      return refused(refusal, refusal.getMessage(), err);
    }
  }

  private static int refused(CheckpointException refusal, String message, PrintStream err) {
    err.println("error: " + SafeText.of(message));
    return CommandRequest.exitCode(refusal);
  }

  private static int one(
      SparkSession session, List<String> words, PrintStream out, PrintStream err) {
    var asked = CommandRequest.of(words.get(0), words.get(1), words.subList(2, words.size()));
    var context = JavaSparkContext.fromSparkContext(session.sparkContext());
    try {
      var done = SparkResharding.run(context, asked.shardwright(), asked.request());
      out.printf(
          Locale.ROOT,
          "%s: %d bytes in %d parts, %s%n",
          done.target(),
          done.bytesWritten(),
          done.parts(),
          done.verified() ? "verified" : "not verified");
      return DONE;
    } catch (CheckpointException refusal) {
      return refused(refusal, asked.message(refusal), err);
    }
  }

  private static int fleet(SparkSession session, Table table, Table result, PrintStream out) {
    result.absent(session);
    Dataset<Row> rows = Fleet.run(session, table.read(session));
    result.write(rows);
    long all = rows.count();
    long done = rows.filter("verdict = 'done'").count();
    out.printf(Locale.ROOT, "%d of %d checkpoints done; see %s%n", done, all, result.path);
    return done == all ? DONE : NOT_ALL;
  }

  /** A table that Spark reads or writes, as the end of its name says. */
  private record Table(String path, String format) {
    static Table at(String path) {
      for (String format : List.of("csv", "json", "parquet")) {
        if (path.endsWith("." + format)) {
          return new Table(path, format);
        }
      }
      throw new IllegalArgumentException(
          "'"
              + path
              + "' must end in .csv, .json or .parquet, which says how it is read or written");
    }

    private boolean isThere(SparkSession session) {
      var file = new Path(path);
      try {
        return file.getFileSystem(session.sparkContext().hadoopConfiguration()).exists(file);
      } catch (IOException failure) {
        throw new CheckpointIoException(ErrorCode.READ_FAILED, path, failure.toString());
      }
    }

    /** Before any work is done for it. */
    Table absent(SparkSession session) {
      if (isThere(session)) {
        throw new UnsafeCheckpointException(
            ErrorCode.TARGET_EXISTS, path, "exists, expected a new name for the result");
      }
      return this;
    }

    Dataset<Row> read(SparkSession session) {
      if (!isThere(session)) {
        throw new CheckpointIoException(ErrorCode.SOURCE_MISSING, path, "does not exist");
      }
      try {
        var rows = session.read().format(format).option("header", true).load(path);
        return session.createDataFrame(rows.collectAsList(), rows.schema());
      } catch (Exception unreadable) {
        String why = String.valueOf(unreadable.getMessage()).lines().findFirst().orElse("");
        throw new CheckpointIoException(
            ErrorCode.READ_FAILED, path, "Spark can't read it as " + format + ": " + why);
      }
    }

    void write(Dataset<Row> rows) {
      rows.write().format(format).option("header", true).save(path);
    }
  }
}
