import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.xml.XMLConstants;
import javax.xml.parsers.*;
import javax.xml.validation.*;
import org.xml.sax.*;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Says what the JDK's own parser finds in documents, to compare ours with it (oracle_test.go runs it).
 *
 * Standard input is a row of documents, each behind a line "SCHEMA LENGTH": the schema file ("-" for none) and
 * the number of bytes. For each document it prints one line "LINE:COLUMN: MESSAGE" per error, line ends in a message
 * as \n, and then a line with a full stop.
 */
public class Oracle {
    public static void main(String[] args) throws Exception {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, "UTF-8");
        Map<String, SAXParserFactory> factories = new HashMap<>();
        for (String line = line(in); line != null; line = line(in)) {
            int space = line.lastIndexOf(' ');
            String schema = line.substring(0, space);
            byte[] document = new byte[Integer.parseInt(line.substring(space + 1))];
            in.readFully(document);
            SAXParserFactory factory = factories.get(schema);
            if (factory == null) {
                factory = factory(schema);
                factories.put(schema, factory);
            }
            check(factory, document, out);
            out.println(".");
            out.flush();
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream b = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            b.write(c);
        }
        return b.toString(StandardCharsets.UTF_8);
    }

    private static SAXParserFactory factory(String schema) throws Exception {
        SAXParserFactory factory = SAXParserFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        if (!schema.equals("-")) {
            SchemaFactory schemas = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
            // what the real service's schemas count exceeds the default limits
            schemas.setProperty("http://www.oracle.com/xml/jaxp/properties/maxOccurLimit", "0");
            factory.setSchema(schemas.newSchema(new File(schema)));
        }
        return factory;
    }

    private static void check(SAXParserFactory factory, byte[] document, PrintStream out) throws Exception {
        SAXParser parser = factory.newSAXParser();
        DefaultHandler handler = new DefaultHandler() {
            private void print(SAXParseException e) {
                out.println(e.getLineNumber() + ":" + e.getColumnNumber() + ": " + e.getMessage().replace("\n", "\\n"));
            }
            @Override public void error(SAXParseException e) { print(e); }
            @Override public void fatalError(SAXParseException e) throws SAXException { print(e); throw e; }
        };
        try {
            parser.parse(new InputSource(new ByteArrayInputStream(document)), handler);
        } catch (SAXParseException e) {
            // printed by the handler
        } catch (Exception e) {
            out.println("0:0: " + e);
        }
    }
}
