package io.shardwright.core.internal.open;

import io.shardwright.core.PickleImport;
import io.shardwright.core.internal.codec.pickle.PickleDocument;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.format.ModelSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists the Python names in the pickles of an open checkpoint. */
final class PickleImports {
  private PickleImports() {}

  static List<PickleImport> of(ModelSource source) {
    var imports = new ArrayList<PickleImport>();
    source.torchFiles().forEach((member, file) -> imports.addAll(of(member, file.document())));
    return imports;
  }

  private static List<PickleImport> of(String member, PickleDocument document) {
    var calls = new HashMap<Global, Set<String>>();
    for (Call alarm : document.alarms()) {
      String text = PickleText.of(alarm);
      for (Global name : PickleText.names(alarm)) {
        calls.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(text);
      }
    }
    return document.globals().stream()
        .map(name -> of(member, name, calls.getOrDefault(name, Set.of())))
        .toList();
  }

  private static PickleImport of(String member, Global name, Set<String> calls) {
    var meaning = PickleImport.Meaning.valueOf(PickleNames.meaning(name).name());
    String effect = PickleNames.effect(name);
    return new PickleImport(member, name.toString(), meaning, effect, List.copyOf(calls));
  }
}
