// The namespace in planout4j: `java Planout4j NAMESPACE.json UNITS.csv ANSWERS.csv PASSES`.
// Prints the seconds that the evaluations of the last pass take, without reading and writing.

import com.glassdoor.planout4j.Namespace;
import com.glassdoor.planout4j.NamespaceConfig;
import com.glassdoor.planout4j.config.NamespaceConfigBuilder;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class Planout4j {
    // Read by nobody, so that no evaluation is left out.
    static volatile Namespace last;

    public static void main(String[] arguments) throws Exception {
        var numbers = ToNumberPolicy.LONG_OR_DOUBLE;
        var gson = new GsonBuilder().setObjectToNumberStrategy(numbers).create();
        var document = gson.fromJson(Files.readString(Path.of(arguments[0])), Map.class);
        @SuppressWarnings("unchecked")
        var namespace = NamespaceConfigBuilder.process((Map<String, ?>) document);
        var rows = rows(Files.readAllLines(Path.of(arguments[1])));

        var seconds = 0.0;
        for (int pass = 0; pass < Integer.parseInt(arguments[3]); pass++) {
            var start = System.nanoTime();
            for (var row : rows) {
                last = new Namespace(namespace, row, null);
            }
            seconds = (System.nanoTime() - start) / 1e9;
        }

        var lines = new ArrayList<String>();
        lines.add("userid,segment,experiment,in_experiment,color,label");
        for (var row : rows) {
            lines.add(line(namespace, row, new Namespace(namespace, row, null)));
        }
        Files.write(Path.of(arguments[2]), lines);
        System.out.println(seconds);
    }

    static List<Map<String, Object>> rows(List<String> lines) {
        var columns = lines.get(0).split(",");
        var rows = new ArrayList<Map<String, Object>>();
        for (var line : lines.subList(1, lines.size())) {
            var fields = line.split(",");
            var row = new HashMap<String, Object>();
            for (int i = 0; i < columns.length; i++) {
                row.put(columns[i], fields[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    static String line(NamespaceConfig config, Map<String, Object> row, Namespace answer) {
        var experiment = answer.getExperiment();
        // No script of the namespace returns, so everybody is in their experiment.
        return String.join(",", row.get("userid").toString(), "" + config.getSegment(row),
            experiment == null ? "" : experiment.name, "true",
            answer.getParam("color", ""), answer.getParam("label", ""));
    }
}
