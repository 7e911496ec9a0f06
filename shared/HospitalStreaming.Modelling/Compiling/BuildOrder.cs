using HospitalStreaming.Modelling.Jinja;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>Puts models after those they read. Models on a cycle are named and left out.</summary>
internal static class BuildOrder
{
    public static List<string> Of(IReadOnlyDictionary<string, Dictionary<string, Place>> graph, List<ModelProblem> problems)
    {
        var order = new List<string>();
        var state = new Dictionary<string, bool>(StringComparer.Ordinal);
        var path = new List<string>();
        var broken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in graph.Keys.Order(StringComparer.Ordinal))
        {
            Visit(name);
        }

        return [.. order.Where(name => !broken.Contains(name))];

        void Visit(string name)
        {
            if (state.TryGetValue(name, out _) || !graph.TryGetValue(name, out var refs))
            {
                return;
            }

            state[name] = false;
            path.Add(name);
            foreach (var (other, place) in refs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                var at = path.IndexOf(other);
                if (at >= 0)
                {
                    var cycle = path[at..];
                    broken.UnionWith(cycle);
                    problems.Add(place.Problem($"the models refer to each other in a circle: {string.Join(" -> ", cycle)} -> {other}").Problem);
                }
                else
                {
                    Visit(other);
                }
            }

            path.RemoveAt(path.Count - 1);
            state[name] = true;
            order.Add(name);
        }
    }
}
