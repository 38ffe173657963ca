package io.shardwright.core.internal.open;

import io.shardwright.core.PickleImport;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.format.ModelSource;
import java.util.ArrayList;
import java.util.List;

/** The Python names in the pickles of an open checkpoint. */
final class PickleImports {
  private PickleImports() {}

  static List<PickleImport> of(ModelSource source) {
    var imports = new ArrayList<PickleImport>();
    source
        .torchFiles()
        .forEach(
            (member, file) ->
                file.document().globals().stream()
                    .map(global -> of(member, global, file.document().alarms()))
                    .forEach(imports::add));
    return imports;
  }

  private static PickleImport of(String member, Global global, List<Call> alarms) {
    var calls =
        alarms.stream()
            .filter(call -> PickleText.mentions(call, global))
            .map(PickleText::of)
            .distinct()
            .toList();
    var meaning = PickleImport.Meaning.valueOf(PickleNames.meaning(global).name());
    return new PickleImport(member, global.toString(), meaning, PickleNames.effect(global), calls);
  }
}
