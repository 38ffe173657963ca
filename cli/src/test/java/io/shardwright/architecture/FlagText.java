package io.shardwright.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.shardwright.spi.error.CheckpointException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Texts that spell an option of the command line, found among the constants of a class. */
final class FlagText extends ArchCondition<JavaClass> {
  private static final Pattern FLAG = Pattern.compile("--[a-z]");

  private FlagText() {
    super("hold no option of the command line");
  }

  static ArchRule rule() {
    return classes()
        .that()
        .resideInAnyPackage(
            "io.shardwright", "io.shardwright.core..", "io.shardwright.spi..", "..adapters..")
        .should(new FlagText())
        .because("a host has no flags: a message holds a setting, which the caller names");
  }

  static ArchRule messagesKeepTheirSettings() {
    return noClasses()
        .that()
        .resideInAPackage("io.shardwright.core..")
        .should()
        .callMethodWhere(
            describe(
                "a refusal's words are taken",
                call ->
                    call.getTargetOwner().isAssignableTo(CheckpointException.class)
                        && Set.of("getMessage", "problems").contains(call.getName())
                        && call.getTarget().getRawParameterTypes().isEmpty()))
        .because("a message in another must hold settings, not the API's words for them");
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    for (String text : texts(type)) {
      if (FLAG.matcher(text).find()) {
        events.add(SimpleConditionEvent.violated(type, type.getName() + " holds '" + text + "'"));
      }
    }
  }

  private static List<String> texts(JavaClass type) {
    var source = type.getSource().orElseThrow().getUri();
    try (var in = new DataInputStream(source.toURL().openStream())) {
      in.skipNBytes(8);
      var texts = new ArrayList<String>();
      int count = in.readUnsignedShort();
      for (int at = 1; at < count; at++) {
        at += constant(in, texts) - 1;
      }
      return texts;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Reads one constant (JVMS 17, section 4.4) and says how many numbers it takes. */
  private static int constant(DataInputStream in, List<String> texts) throws IOException {
    int tag = in.readUnsignedByte();
    switch (tag) {
      case 1 -> texts.add(in.readUTF());
      case 5, 6 -> in.skipNBytes(8);
      case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
      case 15 -> in.skipNBytes(3);
      default -> in.skipNBytes(4);
    }
    return tag == 5 || tag == 6 ? 2 : 1;
  }
}
