package io.shardwright.adapters.huggingface;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;

/** A folder with an adapter of peft. */
@AutoService(ModelFormat.class)
public final class PeftFormat implements ModelFormat {
  @Override
  public String id() {
    return "huggingface-peft";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.isFolder() && files.files().contains(PeftConfig.FILE);
  }

  @Override
  public boolean isAdapter() {
    return true;
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    return PeftFolder.read(files);
  }
}
