package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/spark.md shows. */
@Tag("spark")
class PageProcessTest {
  @Test
  void whatThePageShowsIsSo(@TempDir Path folder) throws Exception {
    var cluster = new Cluster(Files.createDirectories(folder.resolve("cluster")), 1);
    try (var session = cluster.session(1)) {
      var context = JavaSparkContext.fromSparkContext(session.sparkContext());
      var checkpoints = new ArrayList<String>();
      for (int number = 0; number < 2; number++) {
        checkpoints.add(new Llama(1, 16, 1).write(folder.resolve("m" + number)).toString());
      }
      Path hf = Path.of(checkpoints.get(0));
      Path source = folder.resolve("source.nemo");
      Shardwright.create()
          .run(
              ReshardRequest.builder(hf, source).format(TargetFormat.NEMO).build(),
              ProgressListener.SILENT);
      Path fleet = folder.resolve("fleet.csv");
      Path target = folder.resolve("tp2.nemo");
      Files.writeString(
          fleet,
          "source,target,options\n%s,%s,--to nemo\nabsent,other,--to nemo\n"
              .formatted(hf, folder.resolve("out.nemo")));

      // begin: spark run
      Shardwright shardwright = Shardwright.create();
      ReshardPlan plan =
          shardwright.plan(
              ReshardRequest.builder(source, target).tensorModelParallelSize(2).build());
      SparkResharding.Done done = SparkResharding.run(context, plan);
      // end: spark run
      assertTrue(done.verified());

      // begin: spark fleet
      Dataset<Row> table = session.read().option("header", true).csv(fleet.toString());
      Dataset<Row> results = Fleet.run(session, table);
      results.filter("verdict <> 'done'").select("source", "code", "message").show();
      // end: spark fleet
      assertEquals(1, results.filter("verdict = 'done'").count());

      // begin: spark catalogue
      Catalogue.tensors(session, checkpoints).createOrReplaceTempView("tensors");
      Dataset<Row> largest =
          session.sql(
              "SELECT checkpoint, name, dtype, bytes FROM tensors WHERE error IS NULL"
                  + " ORDER BY bytes DESC, checkpoint LIMIT 3");
      // end: spark catalogue
      assertEquals(
          List.of(4096L, 4096L, 4096L),
          largest.select("bytes").collectAsList().stream().map(row -> row.getLong(0)).toList());

      // begin: spark values
      Catalogue.values(session, checkpoints).cache().createOrReplaceTempView("contents");
      Dataset<Row> shared =
          session.sql(
              "SELECT sha256, collect_list(checkpoint) AS checkpoints FROM contents WHERE name ="
                  + " 'model.embed_tokens.weight' GROUP BY sha256 HAVING count(*) > 1");
      Dataset<Row> broken = session.sql("SELECT DISTINCT checkpoint FROM contents WHERE nan > 0");
      // end: spark values
      assertEquals(2, shared.first().getList(1).size());
      assertEquals(0, broken.count());
    } finally {
      cluster.stop();
    }
  }
}
