namespace HospitalStreaming.Modelling.Jinja;

/// <summary>The methods of texts, lists and dictionaries that templates call as in Python. An unknown one is refused by name.</summary>
internal static class Methods
{
    public static object? Of(object target, string name, Place place) => target switch
    {
        string text => OfText(text, name) ?? throw Unknown("text", name, place),
        List<object?> list => OfList(list, name) ?? throw Unknown("list", name, place),
        Dictionary<string, object?> dict => dict.TryGetValue(name, out var value) ? value : (object?)OfDict(dict, name) ?? new Undefined(name),
        Namespace space => space.Members.TryGetValue(name, out var member) ? member : new Undefined(name),
        JinjaObject owner => owner.Member(name),
        _ => throw place.Problem($"there is no attribute {name}"),
    };

    private static Callable? OfText(string text, string name) => name switch
    {
        "upper" => _ => text.ToUpperInvariant(),
        "lower" => _ => text.ToLowerInvariant(),
        "strip" => call => text.Trim(Characters(call)),
        "lstrip" => call => text.TrimStart(Characters(call)),
        "rstrip" => call => text.TrimEnd(Characters(call)),
        "replace" => call => text.Replace(call.Text(0, "old"), call.Text(1, "new"), StringComparison.Ordinal),
        "startswith" => call => text.StartsWith(call.Text(0, "prefix"), StringComparison.Ordinal),
        "endswith" => call => text.EndsWith(call.Text(0, "suffix"), StringComparison.Ordinal),
        "split" => call => text.Split(call.Text(0, "sep")).Select(part => (object?)part).ToList(),
        "join" => call => string.Join(text, Values.Items(call.Need(0, "items"), call.Place).Select(item => Values.Text(item, call.Place))),
        _ => null,
    };

    private static Callable? OfList(List<object?> list, string name) => name switch
    {
        "append" => call =>
        {
            list.Add(call.Need(0, "item"));
            return null;
        }
        ,
        "extend" => call =>
        {
            list.AddRange(Values.Items(call.Need(0, "items"), call.Place));
            return null;
        }
        ,
        _ => null,
    };

    private static Callable? OfDict(Dictionary<string, object?> dict, string name) => name switch
    {
        "get" => call => dict.TryGetValue(call.Text(0, "key"), out var value) ? value : call.Get(1, "default"),
        "items" => _ => Filters.Pairs(dict),
        "keys" => _ => dict.Keys.Select(key => (object?)key).ToList(),
        "values" => _ => dict.Values.ToList(),
        "update" => call =>
        {
            foreach (var (key, value) in call.Need(0, "other") as Dictionary<string, object?> ?? throw call.Place.Problem("update needs a dictionary"))
            {
                dict[key] = value;
            }

            return null;
        }
        ,
        _ => null,
    };

    private static char[] Characters(CallArguments call) => (call.Get(0, "characters") as string)?.ToCharArray() ?? [];

    private static ModelProblemException Unknown(string kind, string name, Place place) => place.Problem($"the method {name} of a {kind} is not supported");
}
