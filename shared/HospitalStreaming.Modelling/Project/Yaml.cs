using System.Globalization;
using HospitalStreaming.Modelling.Jinja;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HospitalStreaming.Modelling.Project;

/// <summary>YAML with places: nodes become plain values, and mistakes name file, line and column.</summary>
internal static class Yaml
{
    /// <summary>The document's root mapping; null where the file is empty.</summary>
    public static YamlMappingNode? Read(string file, string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            return stream.Documents.Count == 0 ? null
                : stream.Documents[0].RootNode as YamlMappingNode ?? throw new Place(file, 1, 1).Problem("the file must hold a mapping (key: value)");
        }
        catch (YamlException error)
        {
            throw new Place(file, (int)error.Start.Line, (int)error.Start.Column).Problem("this is not YAML: " + error.Message);
        }
    }

    public static Place At(string file, YamlNode node) => new(file, (int)node.Start.Line, (int)node.Start.Column);

    public static YamlNode? Get(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    public static string? Text(YamlMappingNode map, string key) => (Get(map, key) as YamlScalarNode)?.Value;

    public static string Name(string file, YamlMappingNode map) =>
        Text(map, "name") is { Length: > 0 } name ? name : throw At(file, map).Problem("name is missing");

    public static IEnumerable<YamlMappingNode> Maps(string file, YamlNode? list) => list switch
    {
        null => [],
        YamlSequenceNode sequence => sequence.Children.Select(item => item as YamlMappingNode ?? throw At(file, item).Problem("a mapping is expected")),
        _ => throw At(file, list).Problem("a list is expected"),
    };

    public static YamlMappingNode? Map(string file, YamlNode? node) => node switch
    {
        null => null,
        YamlMappingNode map => map,
        YamlScalarNode { Value: null or "" } => null,
        _ => throw At(file, node).Problem("a mapping is expected"),
    };

    public static IEnumerable<(string Key, YamlNode Node)> Entries(YamlMappingNode map) =>
        map.Children.Select(pair => (((YamlScalarNode)pair.Key).Value ?? string.Empty, pair.Value));

    public static Dictionary<string, object?> Values(YamlMappingNode? map) =>
        map is null ? [] : Entries(map).ToDictionary(entry => entry.Key, entry => Value(entry.Node));

    public static object? Value(YamlNode node) => node switch
    {
        YamlMappingNode map => Values(map),
        YamlSequenceNode list => list.Children.Select(Value).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Scalar(scalar.Value ?? string.Empty),
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };

    private static object? Scalar(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };
}
