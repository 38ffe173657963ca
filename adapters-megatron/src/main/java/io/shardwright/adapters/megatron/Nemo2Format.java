package io.shardwright.adapters.megatron;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import java.util.List;

/** Folders of NeMo 2: {@code context/} says what the model is, {@code weights/} holds it. */
@AutoService(ModelFormat.class)
public final class Nemo2Format implements ModelFormat {
  @Override
  public String id() {
    return "nemo2";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.isFolder() && Nemo2Folder.is(files);
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    var folder = new Nemo2Folder(files);
    return new IterationReading(folder.wholeWeights(), folder, models).read(List.of());
  }
}
