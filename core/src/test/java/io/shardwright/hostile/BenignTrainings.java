package io.shardwright.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Checkpoints of Lightning with objects beside the weights that are no configuration of NeMo's. */
final class BenignTrainings {
  private final List<Case> cases = new ArrayList<>();

  private BenignTrainings() {}

  static List<Case> all() {
    var cases = new BenignTrainings();
    cases.configurations();
    cases.values();
    cases.keys();
    cases.beside("nothing more", p -> {});
    cases.beside(
        "a callback", p -> p.text("callbacks").op('}').global("my", "Callback").none().op('s'));
    cases.beside(
        "an optimizer with a date",
        p -> date(p.text("optimizer_states").op(']').op('}').text("when")).op('s').op('a'));
    return cases.cases;
  }

  private static Pickle date(Pickle pickle) {
    return pickle.global("datetime", "datetime").text("2024").op(0x85).op('R');
  }

  /** What {@code hyper_parameters.cfg} is. */
  private void configurations() {
    configuration("None", Pickle::none);
    configuration("a text", p -> p.text("conf.yaml"));
    configuration("a list", p -> p.op(']').number(1).op('a'));
    configuration("a number", p -> p.number(7));
    configuration("a date", BenignTrainings::date);
    configuration("a data class", p -> attributes(p, "my.config", "Config"));
    configuration("a Namespace", p -> attributes(p, "argparse", "Namespace"));
    configuration("an object without attributes", p -> p.global("my", "C").op(')').op(0x81));
    configuration("a missing OmegaConf node", p -> node(p, "DictConfig", "_content"));
    configuration("a list of OmegaConf's", p -> node(p, "ListConfig", "_content"));
    beside("hyper_parameters that are None", p -> p.text("hyper_parameters").none());
  }

  private static void attributes(Pickle pickle, String module, String name) {
    pickle.global(module, name).op(')').op(0x81);
    pickle.op('}').text("lr").number(1).op('s').op('b');
  }

  private static void node(Pickle pickle, String type, String field) {
    pickle.global("omegaconf." + type.toLowerCase(java.util.Locale.ROOT), type).op(')').op(0x81);
    pickle.op('}').text(field).text("???").op('s').op('b');
  }

  private void configuration(String name, Consumer<Pickle> value) {
    beside(
        "a cfg that is " + name,
        p -> {
          p.text("hyper_parameters").op('}').text("cfg");
          value.accept(p);
          p.op('s');
        });
  }

  /** What a plain map of {@code hyper_parameters} holds. */
  private void values() {
    value("a class", p -> p.global("torch.nn.modules.activation", "ReLU"));
    value("a dtype", p -> p.global("torch", "bfloat16"));
    value("a date", BenignTrainings::date);
    value("a partial", p -> p.global("functools", "partial").global("my", "f").op(0x85).op('R'));
    value("a path", p -> p.global("pathlib", "PosixPath").text("/data").op(0x85).op('R'));
    value("an enumeration's member", p -> p.global("my", "Color").number(1).op(0x85).op('R'));
    value("a data class", p -> attributes(p, "my.config", "Config"));
    value("a bound method", p -> bound(p, "step"));
    value("a partial of a bound method", p -> called(bound(p.global("functools", "partial"), "f")));
    value("a type of a list", p -> listOf(p, "int"));
    value(
        "a type or None",
        p -> {
          p.global("functools", "reduce").global("_operator", "or_").global("builtins", "int");
          called(p.global("builtins", "type").none()).op(0x86).op(0x86).op('R');
        });
    value(
        "a torch function",
        p ->
            p.global("builtins", "getattr")
                .global("torch._C", "_VariableFunctionsClass")
                .text("relu")
                .op(0x86)
                .op('R'));
    value("a set", p -> p.global("builtins", "set").op(']').op(0x85).op('R'));
    value(
        "a layer",
        p -> {
          p.global("torch.nn.modules.linear", "Linear").op(')').op(0x81);
          p.op('}').text("training").op(0x88).op('s').op('b');
        });
  }

  /** Keys of a dict among the hyper-parameters, in a callback's and in an optimizer's state. */
  private void keys() {
    key("a tuple of tuples", p -> p.number(1).op(0x85).op(0x85).op(0x85));
    key("a tuple of 100 numbers", p -> p.numbers(new long[100]));
    key("a frozenset", p -> p.mark().number(1).text("a").op(0x91));
    key("a frozenset in a tuple", p -> p.mark().number(1).op(0x91).number(2).op(0x86));
    key("a frozenset of Python 2", p -> called(p.global("builtins", "frozenset").op(']')));
    key("an object in a tuple", p -> date(p).op(0x85));
    key("a class in a tuple", p -> p.global("my", "C").global("torch", "bfloat16").op(0x86));
    key("a number with a fraction", p -> p.op('F').line("1.5"));
    key("None", Pickle::none);
    key("bytes", p -> p.op('C').op(1).op('k'));
    key("a shape", p -> called(p.global("torch", "Size").numbers(1, 2)));
    key("a tensor", p -> p.tensor("0", 3));
  }

  private static Pickle called(Pickle pickle) {
    return pickle.op(0x85).op('R');
  }

  private static Pickle bound(Pickle pickle, String method) {
    pickle.global("builtins", "getattr").global("my", "Model").op(')').op(0x81);
    return pickle.text(method).op(0x86).op('R');
  }

  private static Pickle listOf(Pickle pickle, String type) {
    pickle.global("_operator", "getitem").global("typing", "List").global("builtins", type);
    return pickle.op(0x86).op('R');
  }

  private void key(String name, Consumer<Pickle> key) {
    for (String place : new String[] {"hyper_parameters", "callbacks"}) {
      beside(
          place + " whose key is " + name,
          p -> {
            key.accept(p.text(place).op('}').text("x").op('}'));
            p.number(1).op('s').op('s');
          });
    }
    beside(
        "an optimizer's state whose key is " + name,
        p -> {
          key.accept(p.text("optimizer_states").op(']').op('}').text("state").op('}'));
          p.op('}').op('s').op('s').op('a');
        });
  }

  private void value(String name, Consumer<Pickle> value) {
    beside(
        "a hyper-parameter that is " + name,
        p -> {
          p.text("hyper_parameters").op('}').text("x");
          value.accept(p);
          p.op('s');
        });
  }

  private void beside(String name, Consumer<Pickle> more) {
    Pickle pickle = Pickle.protocol(2).op('}').mark().text("state_dict").op('}').text("w");
    more.accept(pickle.tensor("0", 3).op('s'));
    byte[] file = Zip.torch(pickle.op('u').stop(), Octets.floats(1, 2, 3)).bytes();
    cases.add(Case.accepted("a training with " + name, Case.file("step.ckpt", file), Benign.W));
  }
}
