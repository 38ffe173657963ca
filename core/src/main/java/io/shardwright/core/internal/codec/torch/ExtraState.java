package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Makes the {@code _extra_state} of a Transformer Engine layer that never computed in 8 bits: a
 * {@code BytesIO} that holds a torch file of {@code None} (TransformerEngine 1.x, {@code
 * transformer_engine/pytorch/module/base.py}, {@code get_extra_state}).
 */
public final class ExtraState {
  /** The file's bytes, each a character: every layer's is the same. */
  private static final String NONE =
      new String(file("archive", Constant.NONE), StandardCharsets.ISO_8859_1);

  private ExtraState() {}

  /** Makes a new object: a pickle that names one object twice differs from one with two alike. */
  public static PickleValue none() {
    var bytes = Call.reduce(new Global("_codecs", "encode"), new Text(NONE), new Text("latin1"));
    var stream =
        new Call(Call.Kind.NEWOBJ, new Global("_io", "BytesIO"), Tuple.of(), Constant.NONE);
    stream.build(Tuple.of(bytes, Int.of(NONE.length()), Constant.NONE));
    return stream;
  }

  /** A torch file that holds a value without tensors. */
  public static byte[] file(String root, PickleValue value) {
    TorchLayout layout = TorchLayout.of(root, PickleWriter.write(value), List.of());
    return layout.bytes(Map.of());
  }
}
