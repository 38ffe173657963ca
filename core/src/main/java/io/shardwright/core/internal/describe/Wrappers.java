package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes the words that wrappers put into the names of a module's tensors: {@code _orig_mod} of
 * torch.compile, {@code module} of DistributedDataParallel and others. A word is removed if all
 * names share it; tensors keep the names of the file.
 *
 * @param found what all names begin with
 * @param kept what they begin with without wrappers
 */
public record Wrappers(String found, String kept) {
  private static final Set<String> WORDS = Set.of("_orig_mod", "module");

  /** The attributes of NeMo's that hold a network. */
  private static final Set<String> MODELS = Set.of("model", "enc_dec_model");

  private static final String HALF = "module";

  /** Files whose names are without wrappers. */
  public record Unwrapped(SourceFiles files, List<String> notes) {}

  /**
   * What names share, if wrappers are a part of it.
   *
   * @param nemo whether {@code model.module.} is NeMo's, which puts it before a model in 16 bits
   */
  public static Optional<Wrappers> of(Collection<String> names, boolean nemo) {
    List<String> shared = shared(names);
    Optional<Wrappers> found = Optional.empty();
    var kept = new ArrayList<String>();
    for (int i = 0; i < shared.size(); i++) {
      boolean network = kept.size() == 1 && MODELS.contains(kept.get(0));
      boolean half = nemo && network && shared.get(i).equals(HALF);
      if (half || !WORDS.contains(shared.get(i))) {
        kept.add(shared.get(i));
      } else {
        found = Optional.of(new Wrappers(joined(shared.subList(0, i + 1)), joined(kept)));
      }
    }
    return found;
  }

  private static String joined(List<String> parts) {
    return parts.isEmpty() ? "" : String.join(".", parts) + ".";
  }

  /** The parts that all names begin with; a parameter's own name is none of them. */
  private static List<String> shared(Collection<String> names) {
    List<String> shared = null;
    String joined = null;
    for (String name : names) {
      if (joined != null && own(name).startsWith(joined)) {
        continue;
      }
      List<String> parts = List.of(own(name).split("\\.", -1));
      parts = parts.subList(0, parts.size() - 1);
      shared = shared == null ? parts : common(shared, parts);
      joined = joined(shared);
    }
    return shared == null ? List.of() : shared;
  }

  private static List<String> common(List<String> one, List<String> other) {
    int length = 0;
    while (length < Math.min(one.size(), other.size())
        && one.get(length).equals(other.get(length))) {
      length++;
    }
    return one.subList(0, length);
  }

  /** An optimizer's tensors are named after parameters. */
  private static String own(String name) {
    return name.substring(Companions.prefix(name).length());
  }

  /** A name without wrappers. */
  public String without(String name) {
    return Companions.prefix(name) + kept + own(name).substring(found.length());
  }

  /** What to say of it. */
  public String note() {
    return "every name begins with '"
        + found
        + "', a prefix of torch.compile or DistributedDataParallel: the model's names "
        + (kept.isEmpty() ? "are those without it" : "begin with '" + kept + "'");
  }

  /** NeMo's files without wrappers; they hold no tensor again. */
  public static Unwrapped of(SourceFiles files) {
    var names = new ArrayList<String>();
    files.ranks().forEach(file -> names.addAll(file.names()));
    files.arrays().forEach(array -> names.add(array.spec().name()));
    return of(names, true)
        .map(wrappers -> new Unwrapped(wrappers.without(files), List.of(wrappers.note())))
        .orElse(new Unwrapped(files, List.of()));
  }

  private SourceFiles without(SourceFiles files) {
    return new SourceFiles(
        files.ranks().stream().map(this::without).toList(),
        files.again(),
        files.numbered(),
        files.arrays().stream().map(this::without).toList(),
        files.arrayObjects().stream()
            .map(o -> new SourceFiles.ArrayObject(without(o.key()), o.indexes(), o.content()))
            .toList());
  }

  private StoredArray without(StoredArray array) {
    var spec = array.spec();
    var named = new TensorSpec(without(spec.name()), spec.dtype(), spec.shape());
    return new StoredArray(named, array.chunks(), array.beside());
  }

  private RankFile without(RankFile file) {
    return new RankFile(
        file.member(),
        file.rank(),
        file.names().stream().map(this::without).toList(),
        without(file.tensors()),
        without(file.objects()),
        file.metadata().map(this::without),
        without(file.unreadable()));
  }

  /** The same with other names for keys. */
  public <T> Map<String, T> without(Map<String, T> named) {
    var renamed = new LinkedHashMap<String, T>();
    named.forEach((name, value) -> renamed.put(without(name), value));
    return renamed;
  }

  /** The modules' versions, of which the wrappers have their own. */
  private PickleValue without(PickleValue metadata) {
    if (!(metadata instanceof Call modules)) {
      return metadata;
    }
    Call renamed = Call.reduce(new Global("collections", "OrderedDict"));
    var seen = new HashSet<String>();
    for (Entry entry : modules.entries()) {
      if (entry.key() instanceof Text key) {
        String module = module(key.value());
        if (seen.add(module)) {
          renamed.entries().add(new Entry(new Text(module), entry.value()));
        }
      }
    }
    return renamed;
  }

  private String module(String name) {
    String dotted = name + ".";
    if (dotted.startsWith(found)) {
      String module = kept + dotted.substring(found.length());
      return module.substring(0, Math.max(0, module.length() - 1));
    }
    return kept.startsWith(dotted) || name.isEmpty() ? name : "";
  }
}
