// The namespace in planout4j: `java -cp CLASSPATH Planout4j.java NAMESPACE.json UNITS.csv ANSWERS.csv`.
// Prints the seconds that the evaluations take, without reading and writing.

import com.glassdoor.planout4j.Namespace;
import com.glassdoor.planout4j.NamespaceConfig;
import com.glassdoor.planout4j.config.NamespaceConfigBuilder;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class Planout4j {
    public static void main(String[] files) throws Exception {
        var gson = new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();
        Map<String, ?> document = gson.fromJson(Files.readString(Path.of(files[0])), Map.class);
        var namespace = NamespaceConfigBuilder.process(document);
        var rows = rows(Files.readAllLines(Path.of(files[1])));

        // A virtual machine compiles what it runs often: the first pass is not counted.
        var answers = assign(namespace, rows);
        var start = System.nanoTime();
        answers = assign(namespace, rows);
        var seconds = (System.nanoTime() - start) / 1e9;

        var lines = new ArrayList<String>();
        lines.add("userid,segment,experiment,in_experiment,color,label");
        for (int i = 0; i < rows.size(); i++) {
            lines.add(line(namespace, rows.get(i), answers.get(i)));
        }
        Files.write(Path.of(files[2]), lines);
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

    static List<Namespace> assign(NamespaceConfig namespace, List<Map<String, Object>> rows) {
        var answers = new ArrayList<Namespace>(rows.size());
        for (var row : rows) {
            answers.add(new Namespace(namespace, row, null));
        }
        return answers;
    }

    static String line(NamespaceConfig config, Map<String, Object> row, Namespace answer) {
        var experiment = answer.getExperiment();
        // No script of the namespace returns, so everybody is in their experiment.
        return String.join(",", row.get("userid").toString(), "" + config.getSegment(row),
            experiment == null ? "" : experiment.name, "true",
            answer.getParam("color", ""), answer.getParam("label", ""));
    }
}
