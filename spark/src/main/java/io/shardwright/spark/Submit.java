package io.shardwright.spark;

import io.shardwright.cli.CommandRequest;
import io.shardwright.spi.error.CheckpointException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
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
  private static final int FAILED = 1;

  private static final String WORDS =
      "expected 'run SRC DST OPTIONS…', 'fleet TABLE RESULT' or 'catalogue RESULT CHECKPOINT…'";

  private Submit() {}

  /**
   * Runs a command and ends the process with another exit code than 0 if it fails.
   *
   * @param args the command's words
   */
  public static void main(String[] args) {
    int code;
    var session = SparkSession.builder().appName("shardwright").getOrCreate();
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
        one(session, words.subList(1, words.size()), out);
      } else if (command.equals("fleet") && words.size() == 3) {
        return fleet(session, words.get(1), words.get(2), out);
      } else if (command.equals("catalogue") && words.size() >= 3) {
        write(Catalogue.tensors(session, words.subList(2, words.size())), words.get(1));
      } else {
        throw new IllegalArgumentException(WORDS);
      }
      return DONE;
    } catch (IllegalArgumentException wrong) {
      err.println("error: " + wrong.getMessage());
      return USAGE;
    } catch (CheckpointException refusal) {
      err.println("error: " + refusal.getMessage());
      return FAILED;
    }
  }

  private static void one(SparkSession session, List<String> words, PrintStream out) {
    var asked = CommandRequest.of(words.get(0), words.get(1), words.subList(2, words.size()));
    var context = JavaSparkContext.fromSparkContext(session.sparkContext());
    var done = SparkResharding.run(context, asked.shardwright(), asked.request());
    out.printf(
        Locale.ROOT,
        "%s: %d bytes in %d parts, %s%n",
        done.target(),
        done.bytesWritten(),
        done.parts(),
        done.verified() ? "verified" : "not verified");
  }

  private static int fleet(SparkSession session, String table, String result, PrintStream out) {
    Dataset<Row> checkpoints =
        session.read().format(format(table)).option("header", true).load(table);
    Dataset<Row> rows = Fleet.run(session, checkpoints);
    write(rows, result);
    long all = rows.count();
    long done = rows.filter("verdict = 'done'").count();
    out.printf(Locale.ROOT, "%d of %d checkpoints done; see %s%n", done, all, result);
    return done == all ? DONE : FAILED;
  }

  private static void write(Dataset<Row> rows, String path) {
    rows.write().format(format(path)).option("header", true).save(path);
  }

  private static String format(String path) {
    for (String format : List.of("csv", "json", "parquet")) {
      if (path.endsWith("." + format)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "'" + path + "' must end in .csv, .json or .parquet, which says how it is read or written");
  }
}
