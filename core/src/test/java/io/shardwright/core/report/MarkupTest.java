package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.StringReader;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class MarkupTest {
  static Document parse(String page) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    var builder = factory.newDocumentBuilder();
    builder.setErrorHandler(null);
    return builder.parse(new InputSource(new StringReader(page)));
  }

  @Test
  void escapesTextAndAttributes() {
    String page = new Markup().in("p", "title", "\"'<>&").text("<b>&amp;\u202e\0").end().page();
    assertEquals(
        "<!DOCTYPE html>\n"
            + "<p title=\"&quot;&#39;&lt;&gt;&amp;\">&lt;b&gt;&amp;amp;\\u202e\\u0000</p>\n",
        page);
  }

  @Test
  void staysWellFormedWhateverANameHolds() throws Exception {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      var name = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        int c = random.nextBoolean() ? random.nextInt(0x250) : random.nextInt(0x110000);
        name.appendCodePoint(random.nextInt(4) == 0 ? "<>&\"'./_".charAt(random.nextInt(8)) : c);
      }
      String page = new Markup().in("p", "title", name).name(name.toString()).end().page();
      var paragraph = parse(page).getDocumentElement();
      var code = paragraph.getElementsByTagName("code");
      assertEquals(1, code.getLength(), "seed " + seed);
      String shown = io.shardwright.core.outline.SafeText.of(name.toString());
      assertEquals(shown, code.item(0).getTextContent(), "seed " + seed);
    }
  }

  @Test
  void writesNumbersShort() {
    assertFalse(new Markup().empty("br", "x", 1.0).page().contains("1.0"));
    assertEquals(
        "<!DOCTYPE html>\n<br x=\"100\" y=\"2.5\"/>\n",
        new Markup().empty("br", "x", 100.0, "y", 2.5).page());
  }

  @Test
  void refusesAPageThatIsNotClosed() {
    assertThrows(IllegalStateException.class, () -> new Markup().in("p").page());
  }

  @Test
  void numbersHaveTwoDigitsAfterThePointAtMost() {
    assertEquals("12", Markup.number(12.004));
    assertEquals("12.5", Markup.number(12.499));
    assertEquals("0.05", Markup.number(0.05));
    assertEquals("-3.25", Markup.number(-3.25));
    assertEquals("0", Markup.number(-0.001));
  }
}
