package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.LowRankProduct.Factor;
import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the LoRA products of a folder whose adapter names modules of a Hugging Face class. A module
 * that is a part of a canonical weight changes the rows of that part.
 */
public final class HuggingFaceLowRank {
  /**
   * What changes a module's weight.
   *
   * @param a stored as {@code [rank, input features]}
   * @param b stored as {@code [output features, rank]}
   * @param scale by which the product is multiplied
   */
  public record Pair(SourceTensor a, SourceTensor b, float scale) {}

  private final String source;
  private final ModelDescription base;
  private final RuleMatcher rules;
  private final List<String> heads;
  private final Map<String, LogicalTensor> weights = new HashMap<>();
  private final Misfits misfits = new Misfits();

  private HuggingFaceLowRank(String source, ModelDescription base, ParameterTable names) {
    this.source = source;
    this.base = base;
    var inForce = names.inForce(base.config());
    rules = new RuleMatcher(base.family().id(), inForce, base.config());
    heads =
        inForce.rules().stream().map(rule -> rule.pattern().split("\\.")[0]).distinct().toList();
    base.tensors().forEach(tensor -> weights.put(tensor.id(), tensor));
  }

  /**
   * What a folder adds to a model.
   *
   * @param names of the class that the adapter was made for
   * @param pairs by module
   */
  public static LowRankChange of(
      String source, ModelDescription base, ParameterTable names, Map<String, Pair> pairs) {
    return new HuggingFaceLowRank(source, base, names).change(pairs);
  }

  private LowRankChange change(Map<String, Pair> pairs) {
    var products = new ArrayList<LowRankProduct>();
    var tensors = new ArrayList<SourceTensor>();
    pairs.forEach(
        (module, pair) -> {
          product(module, pair).ifPresent(products::add);
          tensors.addAll(List.of(pair.a(), pair.b()));
        });
    return new LowRankChange(source, products, misfits.sentences(), tensors);
  }

  private Optional<LowRankProduct> product(String module, Pair pair) {
    Optional<Match> match = match(module + ".weight");
    Optional<LogicalTensor> weight = match.map(HuggingFaceLowRank::id).map(weights::get);
    if (weight.isEmpty()) {
      misfits.add(module, "changed by " + source + ", " + absent(module + ".weight"));
      return Optional.empty();
    }
    return product(module, pair, match.get(), weight.get());
  }

  private String absent(String name) {
    boolean tied =
        base.tie().filter(pair -> base.untied().isEmpty() && pair.isSecond(name)).isPresent();
    return tied
        ? "tied to the embedding, which does not change: merge it with "
            + Setting.UNTIE.inText()
            + ", which writes both"
        : "not in the model";
  }

  private static String id(Match match) {
    return LogicalTensor.name(match.rule().canonical(), match.indexes());
  }

  /** A class that was saved without its head lacks the names' first part. */
  private Optional<Match> match(String name) {
    return rules
        .match(name)
        .or(
            () ->
                heads.stream()
                    .flatMap(head -> rules.match(head + "." + name).stream())
                    .findFirst());
  }

  private Optional<LowRankProduct> product(
      String module, Pair pair, Match match, LogicalTensor weight) {
    var form =
        StoredForm.wanted(
            match.rule(), weight.settings(match.rule(), base.config()), weight.canonical());
    long rank = pair.a().spec().shape().dim(0);
    var rows = form.rowsByRank(rank);
    var columns = form.rankByColumns(rank);
    if (rows.isEmpty() || columns.isEmpty()) {
      misfits.add(module, "not a matrix, and only matrices can be merged");
      return Optional.empty();
    }
    var held = vocabulary(rows.get(), match.rule(), pair.b().spec().shape().dim(0));
    boolean fits = requireShape(pair.a(), columns.get()) & requireShape(pair.b(), held);
    return fits
        ? Optional.of(
            new LowRankProduct(
                weight.id(),
                new Region(form.rows().offset(), held.rows().shape()),
                factor(pair.a(), columns.get()),
                factor(pair.b(), held),
                pair.scale()))
        : Optional.empty();
  }

  /** Of a padded vocabulary an adapter may know the true rows alone. */
  private static StoredForm vocabulary(StoredForm form, ParameterRule rule, long rows) {
    boolean fewer = rule.traits().vocabPadded() && rows <= form.canonical().dim(0);
    return fewer ? form.withRows(rows) : form;
  }

  private boolean requireShape(SourceTensor factor, StoredForm form) {
    boolean fits = factor.spec().shape().equals(form.shard(1));
    if (!fits) {
      misfits.add(
          factor.spec().name(), "shape " + factor.spec().shape() + ", expected " + form.shard(1));
    }
    return fits;
  }

  private Factor factor(SourceTensor tensor, StoredForm form) {
    var parts =
        form.views(0, 1, tensor.start(), tensor.strides()).stream()
            .map(view -> new SourcePart(source, tensor, view))
            .toList();
    var spec = new TensorSpec(tensor.spec().name(), tensor.spec().dtype(), form.canonical());
    return new Factor(spec, parts);
  }
}
