package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Families from files, held against checkpoints of the real tools. */
class FamiliesValidateTest extends HuggingFaceFolders {
  private static final Path LLAMA = Path.of("../core/src/test/resources/families/llama.yaml");
  private static final String RANKS = "llama-gqa-mcore-tp2pp2.nemo";

  private Path changed(String from, String to) throws IOException {
    String before = Files.readString(LLAMA);
    assertTrue(before.contains(from), from);
    return Files.writeString(folder.resolve("llama.yaml"), before.replace(from, to));
  }

  private Run validate(Path file, Path source, Object... options) {
    var args = new java.util.ArrayList<Object>(java.util.List.of("families", "validate"));
    args.addAll(java.util.List.of(file, source));
    args.addAll(java.util.List.of(options));
    return Run.of(args.toArray());
  }

  private Run misfit(String from, String to, String checkpoint) throws IOException {
    Run run = validate(changed(from, to), Checkpoints.copy(checkpoint, folder));
    assertEquals(3, run.code(), run.err());
    assertTrue(run.out().contains("family 'llama' does not fit"), run.out());
    return run;
  }

  private static void assertSays(Run run, String... parts) {
    for (String part : parts) {
      assertTrue(run.out().contains(part), part + "\n" + run.out());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama-gqa-mcore-tp2pp2.nemo",
    "llama-gqa-tp1.nemo",
    "llama-mha-legacy-tp1.nemo",
    "llama-mha-legacy-tp2pp2.nemo"
  })
  void saysThatAFamilyFits(String checkpoint) throws IOException {
    Run run = validate(LLAMA, Checkpoints.copy(checkpoint, folder));
    assertEquals(0, run.code(), run.out() + run.err());
    assertSays(run, "family 'llama' fits", "# not_in_force ");
    assertTrue(run.out().lines().allMatch(line -> line.startsWith("# ")), run.out());
  }

  @Test
  void holdsTheNamesOfAFolderAgainstItsClass() throws IOException {
    Path source = llama("tiny-llama-gqa");
    assertEquals(0, validate(LLAMA, source).code());
    Run run = validate(changed("self_attn.o_proj", "self_attn.out"), source);
    assertEquals(3, run.code());
    assertSays(run, "'out' where this has 'o_proj'", "# rows for the class under hugging_face");
  }

  @Test
  void saysWhichPartOfANameDiffersAndDraftsTheRow() throws IOException {
    Run run =
        misfit(
            "row: decoder.layers.*.mlp.linear_fc2.weight",
            "row: decoder.layers.*.mlp.linear_fc3.weight\n"
                + "        of: decoder.layers.*.mlp.linear_fc2.weight",
            RANKS);
    assertSays(
        run,
        "# unmatched decoder.layers.*.mlp.linear_fc2.weight (4 tensors): no row matches; the"
            + " nearest is line ",
        ", 'decoder.layers.*.mlp.linear_fc3.weight': it has 'linear_fc3' where this has"
            + " 'linear_fc2'",
        "# unused decoder.layers.*.mlp.linear_fc3.weight (line ",
        "is required, but no tensor matches: give it a condition, make it optional or delete it",
        "# rows for namings: mcore",
        "      - row: decoder.layers.*.mlp.linear_fc2.weight  # guess: ranks differ; axis 1 is 2 x"
            + " 88 = ffn_hidden_size");
  }

  @Test
  void saysWhichConditionIsNotMet() throws IOException {
    Run run =
        misfit(
            "extra_state: stored\n        when: {num_moe_experts: null}\n      - row",
            "extra_state: stored\n        when: {activation: swiglu}\n      - row",
            RANKS);
    assertSays(
        run,
        "would match, but its conditions do not hold: activation is 'fast-swiglu', expected swiglu",
        "  # guess: ranks differ; axis 0 is 2 x 176 = 2 x ffn_hidden_size\n        stride: 2");
  }

  @Test
  void saysThatARowIsOfAnotherNaming() throws IOException {
    Run run =
        misfit(
            "in_use: {when: {mcore_gpt: [true, yes, on]}}",
            "in_use: {when: {mcore_gpt: never}}",
            RANKS);
    assertSays(run, "matches in mcore naming, and the configuration says legacy: see 'in_use'");
  }

  @Test
  void saysWhatShapesARowForbids() throws IOException {
    Run run =
        misfit("cut_between: num_attention_heads", "factors: {1: [num_attention_heads, 7]}", RANKS);
    assertSays(
        run,
        "# shape decoder.layers.*.self_attention.linear_proj.weight (4 tensors) (line ",
        "has 7 heads or parts, which 2 ranks can't divide; its row is line ");
  }

  @Test
  void saysWhatLengthARowExpects() throws IOException {
    Run run = misfit("cut_between: num_attention_heads", "factors: {1: [rest, 3]}", RANKS);
    assertSays(run, "has shape [64, 32] on each of 2 ranks, expected [64, a multiple of 3]");
  }

  @Test
  void saysThatTwoRowsAreOneTensor() throws IOException {
    Run run =
        misfit(
            "unless: {share_embeddings_and_output_weights: false}\n      - column: embedding",
            "when: {share_embeddings_and_output_weights: false}\n      - column: embedding",
            RANKS);
    assertSays(
        run, "# ambiguous embedding.word_embeddings.weight", "give them exclusive conditions");
  }

  @Test
  void saysThatTheFamilyDoesNotClaimTheCheckpoint() throws IOException {
    Run run = misfit("megatron_gpt_model.MegatronGPTModel", "other.Model", RANKS);
    assertSays(run, "not_claimed", "'restores' does not name its target, nemo.collections");
  }

  /** What a family drafted from rank files gives, against what the real tools have. */
  @ParameterizedTest
  @CsvSource({
    "llama-mha-legacy-tp2pp2.nemo, llama-mha-legacy-tp1.nemo, 256",
    "gpt-5b-like-tp2pp2.nemo, gpt-5b-like-tp1.nemo, 256",
    "vit-tp2.nemo, vit-tp1.nemo, 0",
  })
  void aFamilyDraftedFromRankFilesMergesThemAsTheRealToolsHadThem(
      String cut, String whole, int vocabulary) throws IOException {
    Path source = copyOf(cut);
    Path drafted = draft(source);
    assertEquals(0, validate(drafted, source).code(), validate(drafted, source).out());
    Path out = folder.resolve("out.nemo");
    Object[] options =
        vocabulary == 0 ? new Object[] {} : new Object[] {"--vocab-size", vocabulary, "--pp", 1};
    Run refused =
        Run.of("reshard", source, out, "--tp", 1, "--family-file", drafted, "--family", "drafted");
    assertEquals(4, refused.code(), refused.out() + refused.err());
    var all = new java.util.ArrayList<Object>(java.util.List.of("--tp", 1, "--allow-guesses"));
    all.addAll(java.util.List.of("--family-file", drafted, "--family", "drafted"));
    all.addAll(java.util.List.of(options));
    Run.reshard(source, out, all.toArray());
    assertEquals(Checkpoints.found(copyOf(whole)), Checkpoints.found(out));
  }

  private Path copyOf(String checkpoint) throws IOException {
    if (!checkpoint.startsWith("vit")) {
      return Checkpoints.copy(checkpoint, folder);
    }
    Path source = Path.of("../core/src/test/resources/nemo", checkpoint);
    return Files.copy(source, folder.resolve(checkpoint));
  }

  /** A file that has nothing but a name becomes a whole one. */
  private Path draft(Path source) throws IOException {
    Path header = Files.writeString(folder.resolve("header.yaml"), "family: drafted\n");
    Run run = validate(header, source);
    assertEquals(3, run.code());
    assertSays(run, "the file has no rows of ", "guess");
    return Files.writeString(folder.resolve("drafted.yaml"), run.out());
  }

  @Test
  void saysThatOneRankDoesNotTellWhatIsCut() throws IOException {
    Path source = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    String text = Files.readString(draft(source));
    assertTrue(
        text.contains("one rank: unknown whether ranks divide it; column, row or replicated?"));
  }

  @Test
  void printsOneJsonObject() throws IOException {
    Path source = Checkpoints.copy(RANKS, folder);
    Run run = validate(changed("linear_proj", "linear_out"), source, "--json");
    assertEquals(3, run.code());
    var kinds = new java.util.ArrayList<String>();
    try (var json = new JsonFactory().createParser(run.out())) {
      assertEquals(JsonToken.START_OBJECT, json.nextToken());
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME && json.currentName().equals("kind")) {
          kinds.add(json.nextTextValue());
        }
      }
    }
    assertEquals(java.util.List.of("unmatched", "unused"), kinds.subList(0, 2));
  }

  @Test
  void refusesWhatCantBeRead() throws IOException {
    Path source = Run.vit(folder);
    assertEquals(2, Run.of("families").code());
    assertEquals(2, Run.of("families", "validate", LLAMA).code());
    Path broken =
        Files.writeString(folder.resolve("broken.yaml"), "family: x\nnamings: {mcor: 1}\n");
    Run run = validate(broken, source);
    assertEquals(3, run.code());
    assertTrue(run.err().startsWith("error: SW-209 " + broken + ":2:11: "), run.err());
    assertTrue(run.err().contains("did you mean 'mcore'?"), run.err());
    Run missing = validate(LLAMA, folder.resolve("none.nemo"));
    assertEquals(3, missing.code());
    assertTrue(missing.err().startsWith("error: SW-101 "), missing.err());
  }
}
