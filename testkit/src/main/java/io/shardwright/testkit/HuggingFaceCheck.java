package io.shardwright.testkit;

import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks a Hugging Face class of a family: its rows, and the conversion to it and back. */
final class HuggingFaceCheck {
  private final ModelFamilyAdapter adapter;
  private final HuggingFaceModel model;

  HuggingFaceCheck(ModelFamilyAdapter adapter, HuggingFaceModel model) {
    this.adapter = adapter;
    this.model = model;
  }

  /** Tells whether a sample is of a class: the first that fits, or one that the sample names. */
  static boolean isOf(SampleModel sample, HuggingFaceModel model, ModelFamilyAdapter adapter) {
    Optional<HuggingFaceModel> first =
        adapter.huggingFaceModels().stream()
            .filter(candidate -> candidate.fits(sample.config()))
            .findFirst();
    return first.filter(model::equals).isPresent() || sample.is(model.architecture());
  }

  private List<SampleModel> own(List<SampleModel> samples) {
    return samples.stream().filter(sample -> isOf(sample, model, adapter)).toList();
  }

  /** Checks that the rows of both sides stand for the same tensors. */
  void sameTensors(List<SampleModel> samples) {
    var findings = new Findings();
    var own = own(samples);
    findings.require(
        !own.isEmpty(),
        "no sample is a "
            + model.architecture()
            + ": add one that its picks fit, or declare it with as(\""
            + model.architecture()
            + "\")");
    own.forEach(sample -> sameTensors(sample, findings));
    findings.requireNone();
  }

  private void sameTensors(SampleModel sample, Findings findings) {
    ModelConfig config = sample.config();
    var theirs = model.names().inForce(config).rules();
    unique(theirs, sample, findings);
    var family = Answers.inForce(adapter, config, adapter.naming(config));
    Set<String> known = canonicals(family);
    Set<String> named = canonicals(theirs);
    String of = "' of '" + sample + "'";
    for (String name : named) {
      findings.require(
          known.contains(name),
          "'" + sample + "' has no '" + name + "', which " + model.architecture() + " names");
    }
    for (ParameterRule rule : family) {
      boolean made = rule.traits().rotary() || rule.traits().has(Flag.ZERO);
      boolean needed = !rule.traits().mayBeAbsent() && !made;
      findings.require(
          !needed || named.contains(rule.canonical()),
          model.architecture() + " has no name for '" + rule.canonical() + of);
    }
  }

  private void unique(List<ParameterRule> rules, SampleModel sample, Findings findings) {
    var seen = new HashSet<List<Object>>();
    for (ParameterRule rule : rules) {
      findings.require(
          seen.add(List.of(rule.pattern(), rule.layers())),
          model.architecture() + " names '" + rule.pattern() + "' twice for '" + sample + "'");
    }
  }

  private static Set<String> canonicals(List<ParameterRule> rules) {
    return rules.stream().map(ParameterRule::canonical).collect(Collectors.toSet());
  }

  /** Checks that some sample can be converted and comes back with every bit. */
  void backAgain(List<SampleModel> samples, Path folder) {
    var refusals = new ArrayList<String>();
    for (SampleModel sample : own(samples)) {
      refusal(sample, folder.resolve("" + refusals.size())).ifPresent(refusals::add);
    }
    var findings = new Findings();
    findings.require(
        refusals.size() < own(samples).size(),
        "no sample becomes a "
            + model.architecture()
            + " and comes back: "
            + String.join("; ", refusals));
    findings.requireNone();
  }

  /** Returns why a sample can't be converted; empty if it came back with every bit. */
  private Optional<String> refusal(SampleModel sample, Path folder) {
    var bench = Workbench.of(adapter, sample, folder);
    Naming used = adapter.naming(sample.config());
    long rows = bench.parameters().rows();
    try {
      Path there = bench.reshard(bench.source(), rows, request -> as(request, sample));
      Path back =
          bench.reshard(there, rows, request -> request.naming(used).layout(WeightLayout.RANKS));
      compare(sample, bench.canonicalSums(bench.source()), bench.canonicalSums(back));
      return Optional.empty();
    } catch (CheckpointException refused) {
      return Optional.of("'" + sample + "': " + refused.getMessage());
    }
  }

  private ReshardRequestBuilder as(ReshardRequestBuilder request, SampleModel sample) {
    long shard = HuggingFaceOptions.DEFAULT.maxShardBytes();
    Optional<String> named = Optional.of(model.architecture()).filter(name -> sample.is(name));
    return request
        .format(TargetFormat.HUGGING_FACE)
        .huggingFace(new HuggingFaceOptions(shard, named));
  }

  private void compare(SampleModel sample, Map<String, String> before, Map<String, String> after) {
    var findings = new Findings();
    for (String canonical : canonicals(model.names().inForce(sample.config()).rules())) {
      before.keySet().stream()
          .filter(name -> RowName.matches(canonical, name))
          .filter(name -> !before.get(name).equals(after.get(name)))
          .forEach(
              name ->
                  findings.add(
                      "after the way to "
                          + model.architecture()
                          + " and back '"
                          + name
                          + "' of '"
                          + sample
                          + "' is another: "
                          + before.get(name)
                          + " became "
                          + after.get(name)));
    }
    findings.requireNone();
  }
}
