using System.Globalization;

namespace HospitalStreaming.Modelling.Jinja;

/// <summary>The filters of Jinja that models use. An unknown one is refused by name.</summary>
internal static class Filters
{
    public static object? Apply(string filter, object? value, CallArguments arguments)
    {
        var place = arguments.Place;
        return filter switch
        {
            "default" or "d" => value is Undefined || (Values.IsTrue(arguments.Get(1, "boolean", false)) && !Values.IsTrue(value))
                ? arguments.Get(0, "default_value", string.Empty) : value,
            "upper" => Text().ToUpperInvariant(),
            "lower" => Text().ToLowerInvariant(),
            "trim" => Text().Trim(),
            "capitalize" => Text() is { Length: > 0 } text ? char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant() : string.Empty,
            "string" => Text(),
            "safe" => value,
            "replace" => Text().Replace(arguments.Text(0, "old"), arguments.Text(1, "new"), StringComparison.Ordinal),
            "int" => value is string digits
                ? long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : arguments.Get(0, "default", 0L)
                : (long)Values.Number(value, place),
            "abs" => value is long negative ? Math.Abs(negative) : Math.Abs(Values.Number(value, place)),
            "length" or "count" => (long)Values.Items(value, place).Count,
            "first" => Values.Items(value, place).FirstOrDefault(),
            "last" => Values.Items(value, place).LastOrDefault(),
            "list" => Values.Items(value, place).ToList(),
            "reverse" => Enumerable.Reverse(Values.Items(value, place)).ToList(),
            "unique" => Values.Items(value, place).Distinct().ToList(),
            "sort" => Values.Items(value, place).Order(Comparer<object?>.Create((a, b) => Values.Compare(a, b, place))).ToList(),
            "join" => string.Join(
                arguments.Get(0, "d", string.Empty) as string,
                Values.Items(value, place).Select(item => Values.Text(arguments.Named.TryGetValue("attribute", out var name) ? Attribute(item, (string)name!) : item, place))),
            "map" when arguments.Named.TryGetValue("attribute", out var attribute) => Values.Items(value, place).Select(item => Attribute(item, (string)attribute!)).ToList(),
            "map" => Values.Items(value, place).Select(item => Apply(
                arguments.Text(0, "filter"), item, new CallArguments(place, [.. arguments.Positional.Skip(1)], arguments.Named))).ToList(),
            "select" when arguments.Positional.Count == 0 => Values.Items(value, place).Where(Values.IsTrue).ToList(),
            "reject" when arguments.Positional.Count == 0 => Values.Items(value, place).Where(item => !Values.IsTrue(item)).ToList(),
            "items" => value is Dictionary<string, object?> dict ? Pairs(dict) : throw place.Problem("items needs a dictionary"),
            _ => throw place.Problem($"the filter {filter} is not supported{(filter is "select" or "reject" ? " with a test" : string.Empty)}"),
        };

        string Text() => Values.Text(value, place);

        object? Attribute(object? item, string name) => item switch
        {
            Dictionary<string, object?> dict => dict.GetValueOrDefault(name),
            JinjaObject target => target.Member(name),
            _ => throw place.Problem($"there is no attribute {name}"),
        };
    }

    public static List<object?> Pairs(Dictionary<string, object?> dict) => [.. dict.Select(pair => (object?)new List<object?> { pair.Key, pair.Value })];
}
