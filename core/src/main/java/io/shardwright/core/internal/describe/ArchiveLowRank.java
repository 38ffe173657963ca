package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.LowRankProduct.Factor;
import io.shardwright.spi.LowRank;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the LoRA products of an adapter in a NeMo archive. NeMo 1.23 knows no scale; later versions
 * multiply by {@code alpha / adapter_dim} where {@code alpha} is given (NeMo v2.0.0, {@code
 * nemo/collections/nlp/modules/common/megatron/adapters/parallel_adapters.py}).
 */
public final class ArchiveLowRank {
  private static final String ALPHA = "peft.lora_tuning.alpha";
  private static final double MOST_ALPHA = 1e9;

  private final ModelDescription adapter;
  private final Map<String, LogicalTensor> weights = new LinkedHashMap<>();
  private final Map<String, LogicalTensor> factors = new LinkedHashMap<>();
  private final Misfits misfits = new Misfits();

  private ArchiveLowRank(ModelDescription adapter, ModelDescription base) {
    this.adapter = adapter;
    base.tensors().forEach(tensor -> weights.put(tensor.id(), tensor));
    adapter.tensors().forEach(tensor -> factors.put(tensor.id(), tensor));
  }

  /** What an archive adds to a model. */
  public static LowRankChange of(ModelDescription adapter, ModelDescription base) {
    return new ArchiveLowRank(adapter, base).change();
  }

  private LowRankChange change() {
    var problems = new ArrayList<>(wrongScale().stream().toList());
    var products = new ArrayList<LowRankProduct>();
    String scheme = adapter.config().peftScheme().orElse("none");
    if (scheme.equals("lora") && problems.isEmpty()) {
      factors.keySet().forEach(this::requireFactor);
      weights().forEach(weight -> product(weight).ifPresent(products::add));
      problems.addAll(misfits.sentences());
    } else if (!scheme.equals("lora")) {
      problems.add(
          adapter.source()
              + " has peft.peft_scheme '"
              + scheme
              + "', expected lora: nothing else can be merged");
    }
    return new LowRankChange(adapter.source(), products, problems, adapter.files().tensors());
  }

  private List<String> weights() {
    return factors.keySet().stream()
        .flatMap(factor -> LowRank.weight(factor).stream())
        .distinct()
        .toList();
  }

  private void requireFactor(String id) {
    if (LowRank.weight(id).isEmpty()) {
      misfits.add(
          factors.get(id).stored(),
          "not a factor of a low-rank product, and nothing else of "
              + adapter.source()
              + " can be merged");
    }
  }

  private Optional<LowRankProduct> product(String weight) {
    LogicalTensor a = factors.get(LowRank.a(weight));
    LogicalTensor b = factors.get(LowRank.b(weight));
    LogicalTensor changed = weights.get(weight);
    if (a == null || b == null) {
      misfits.add((a == null ? b : a).stored(), "the product's other factor is absent");
    } else if (changed == null) {
      misfits.add(
          a.stored(), "a factor of " + adapter.source() + " whose weight is not in the model");
    } else if (fits(changed, a, b)) {
      return Optional.of(product(weight, a, b));
    }
    return Optional.empty();
  }

  private LowRankProduct product(String weight, LogicalTensor a, LogicalTensor b) {
    Shape rows = new Shape(b.canonical().dims().subList(0, b.canonical().rank() - 1));
    return new LowRankProduct(
        weight, Region.whole(rows), factor(a), factor(b), scale(a.canonical().dim(0)));
  }

  private boolean fits(LogicalTensor weight, LogicalTensor a, LogicalTensor b) {
    long rank = a.canonical().dim(0);
    var rows = new ArrayList<>(b.canonical().dims().subList(0, b.canonical().rank() - 1));
    rows.addAll(a.canonical().dims().subList(1, a.canonical().rank()));
    boolean fits =
        b.canonical().dim(b.canonical().rank() - 1) == rank
            && rows.equals(weight.canonical().dims());
    if (!fits) {
      misfits.add(
          a.stored(),
          "shape "
              + a.spec().shape()
              + ", the product's other factor "
              + b.spec().shape()
              + ", expected factors of "
              + matrix(weight.canonical(), b.canonical().rank() - 1));
    }
    return fits;
  }

  private static Shape matrix(Shape canonical, int rowFactors) {
    int split = Math.min(rowFactors, canonical.rank());
    long columns = canonical.elementsFrom(split);
    return Shape.of(columns == 0 ? 0 : canonical.elements() / columns, columns);
  }

  private static Factor factor(LogicalTensor tensor) {
    var spec = new TensorSpec(tensor.spec().name(), tensor.spec().dtype(), tensor.canonical());
    return new Factor(spec, tensor.parts());
  }

  private float scale(long rank) {
    var alpha = adapter.config().number(ALPHA);
    return alpha.isPresent() ? (float) (alpha.getAsDouble() / rank) : 1f;
  }

  private Optional<String> wrongScale() {
    double alpha = adapter.config().number(ALPHA).orElse(1);
    return alpha >= 0 && alpha < MOST_ALPHA
        ? Optional.empty()
        : Optional.of(
            adapter.source() + ": " + adapter.config().says(ALPHA) + ", expected 0 to 10^9");
  }
}
