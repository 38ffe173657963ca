package io.shardwright.spark;

import io.shardwright.Shardwright;
import io.shardwright.core.StoredTensor;
import io.shardwright.core.StoredTensor.Place;
import io.shardwright.core.Verification.Detail;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.core.outline.ValueStatistics;
import io.shardwright.spi.error.CheckpointException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The tensors of many checkpoints as a table, so that a question about them is a query. */
public final class Catalogue {
  /**
   * Columns of {@link #tensors}: a row for each stored tensor. {@code shard} is the rank that holds
   * it, null where the checkpoint has one or its tensors belong to none; {@code offset} is the
   * place of its first byte in {@code file}, null where its bytes don't lie in one piece. A
   * checkpoint that can't be read has one row, with nothing but its name and the reason in {@code
   * error}.
   */
  public static final StructType TENSORS =
      new StructType()
          .add("checkpoint", DataTypes.StringType)
          .add("name", DataTypes.StringType)
          .add("dtype", DataTypes.StringType)
          .add("shape", DataTypes.createArrayType(DataTypes.LongType, false))
          .add("shard", DataTypes.StringType)
          .add("file", DataTypes.StringType)
          .add("offset", DataTypes.LongType)
          .add("bytes", DataTypes.LongType)
          .add("error", DataTypes.StringType);

  /**
   * Columns of {@link #values}: a row for each stored tensor with the SHA-256 of its row-major
   * little-endian bytes, how many of its values are NaN and infinite, and of the others the
   * smallest, the largest and the mean, null where there is none.
   */
  public static final StructType VALUES =
      new StructType()
          .add("checkpoint", DataTypes.StringType)
          .add("name", DataTypes.StringType)
          .add("dtype", DataTypes.StringType)
          .add("shape", DataTypes.createArrayType(DataTypes.LongType, false))
          .add("file", DataTypes.StringType)
          .add("sha256", DataTypes.StringType)
          .add("nan", DataTypes.LongType)
          .add("infinite", DataTypes.LongType)
          .add("min", DataTypes.DoubleType)
          .add("max", DataTypes.DoubleType)
          .add("mean", DataTypes.DoubleType)
          .add("error", DataTypes.StringType);

  private Catalogue() {}

  /**
   * Lists tensors from headers alone, a task for each checkpoint.
   *
   * @param session where the tasks run
   * @param checkpoints archives and folders of any format
   * @return a table with the columns of {@link #TENSORS}, read when it is asked for
   */
  public static Dataset<Row> tensors(SparkSession session, List<String> checkpoints) {
    return read(session, checkpoints, new Headers(), TENSORS);
  }

  /**
   * Reads all tensors, a task for each checkpoint.
   *
   * @param session where the tasks run
   * @param checkpoints archives and folders of any format
   * @return a table with the columns of {@link #VALUES}, read when it is asked for, each time:
   *     cache it
   */
  public static Dataset<Row> values(SparkSession session, List<String> checkpoints) {
    return read(session, checkpoints, new Values(), VALUES);
  }

  private static Dataset<Row> read(
      SparkSession session, List<String> checkpoints, Reading reading, StructType columns) {
    return session
        .createDataset(checkpoints, Encoders.STRING())
        .repartition(Math.max(1, checkpoints.size()))
        .flatMap(reading, Encoders.row(columns));
  }

  /** Makes rows of a checkpoint; of one that can't be read, a row that says why. */
  private abstract static class Reading implements FlatMapFunction<String, Row> {
    private static final long serialVersionUID = 1L;
    private final DriverFolder folder = DriverFolder.here();

    @Override
    public final Iterator<Row> call(String name) {
      var shardwright = Shardwright.create();
      try {
        return rows(shardwright, shardwright.path(folder.of(name)), name).iterator();
      } catch (CheckpointException | IllegalArgumentException refusal) {
        var columns = new Object[columns()];
        columns[0] = name;
        columns[columns.length - 1] = refusal.getMessage();
        return List.of(RowFactory.create(columns)).iterator();
      }
    }

    abstract int columns();

    abstract List<Row> rows(Shardwright shardwright, Path path, String name);
  }

  /** Reads a checkpoint's headers. */
  private static final class Headers extends Reading {
    private static final long serialVersionUID = 1L;

    @Override
    int columns() {
      return TENSORS.size();
    }

    @Override
    List<Row> rows(Shardwright shardwright, Path path, String name) {
      try (var checkpoint = shardwright.open(path)) {
        return checkpoint.tensors().stream().map(tensor -> row(name, tensor)).toList();
      }
    }

    private static Row row(String checkpoint, StoredTensor tensor) {
      var spec = tensor.spec();
      return RowFactory.create(
          checkpoint,
          spec.name(),
          spec.dtype().torchName(),
          spec.shape().dims().toArray(Long[]::new),
          tensor.rank().map(Object::toString).orElse(null),
          tensor.place().map(Place::file).orElse(tensor.file()),
          tensor.place().map(Place::offset).orElse(null),
          spec.byteSize(),
          null);
    }
  }

  /** Reads a checkpoint's tensors. */
  private static final class Values extends Reading {
    private static final long serialVersionUID = 1L;

    @Override
    int columns() {
      return VALUES.size();
    }

    @Override
    List<Row> rows(Shardwright shardwright, Path path, String name) {
      var task = new Task(TaskContext.get(), bytes -> {});
      var verified = task.during(() -> shardwright.verify(path, EnumSet.allOf(Detail.class), task));
      return verified.tensors().stream().map(tensor -> row(name, tensor)).toList();
    }

    private static Row row(String checkpoint, TensorSum tensor) {
      var spec = tensor.spec();
      var statistics = tensor.statistics();
      return RowFactory.create(
          checkpoint,
          spec.name(),
          spec.dtype().torchName(),
          spec.shape().dims().toArray(Long[]::new),
          tensor.file(),
          tensor.sha256(),
          tensor.nan().isPresent() ? tensor.nan().getAsLong() : null,
          tensor.infinite().isPresent() ? tensor.infinite().getAsLong() : null,
          statistics.map(ValueStatistics::min).orElse(null),
          statistics.map(ValueStatistics::max).orElse(null),
          statistics.map(ValueStatistics::mean).orElse(null),
          null);
    }
  }
}
