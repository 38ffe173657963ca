package io.shardwright.spark;

import io.shardwright.Shardwright;
import io.shardwright.core.StoredTensor;
import io.shardwright.core.StoredTensor.Place;
import io.shardwright.spi.error.CheckpointException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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

  private Catalogue() {}

  /**
   * Lists tensors from headers alone, a task for each checkpoint.
   *
   * @param session where the tasks run
   * @param checkpoints archives and folders of any format
   * @return a table with the columns of {@link #TENSORS}, read when it is asked for
   */
  public static Dataset<Row> tensors(SparkSession session, List<String> checkpoints) {
    return session
        .createDataset(checkpoints, Encoders.STRING())
        .repartition(Math.max(1, checkpoints.size()))
        .flatMap(new Headers(), Encoders.row(TENSORS));
  }

  /** Reads a checkpoint's headers. */
  private static final class Headers implements FlatMapFunction<String, Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Row> call(String name) {
      var rows = new ArrayList<Row>();
      var shardwright = Shardwright.create();
      try (var checkpoint = shardwright.open(shardwright.path(name))) {
        checkpoint.tensors().forEach(tensor -> rows.add(row(name, tensor)));
      } catch (CheckpointException refusal) {
        rows.clear();
        rows.add(
            RowFactory.create(
                name, null, null, null, null, null, null, null, refusal.getMessage()));
      }
      return rows.iterator();
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
}
