using System.Globalization;

namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Jinja's view of values: truth, text, equality, order.</summary>
internal static class Values
{
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long number => number != 0,
        decimal number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Dictionary<string, object?> dict => dict.Count > 0,
        _ => true,
    };

    public static string Text(object? value, Place place) => value switch
    {
        null => "None",
        Undefined undefined => throw place.Problem($"'{undefined.Name}' is not defined or not supported"),
        bool truth => truth ? "True" : "False",
        List<object?> list => "[" + string.Join(", ", list.Select(item => Quoted(item, place))) + "]",
        Dictionary<string, object?> dict => "{" + string.Join(", ", dict.Select(pair => $"'{pair.Key}': {Quoted(pair.Value, place)}")) + "}",
        Callable => throw place.Problem("a function is printed; is its call () missing?"),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? string.Empty,
    };

    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (long a, decimal b) => a == b,
        (decimal a, long b) => a == b,
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        _ => Equals(left, right),
    };

    public static int Compare(object? left, object? right, Place place) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long or decimal, long or decimal) => Number(left, place).CompareTo(Number(right, place)),
        _ => throw place.Problem("these values cannot be compared"),
    };

    public static decimal Number(object? value, Place place) => value switch
    {
        long number => number,
        decimal number => number,
        bool truth => truth ? 1 : 0,
        Undefined undefined => throw place.Problem($"'{undefined.Name}' is not defined or not supported"),
        _ => throw place.Problem("a number is expected"),
    };

    public static List<object?> Items(object? value, Place place) => value switch
    {
        List<object?> list => list,
        Dictionary<string, object?> dict => [.. dict.Keys],
        string text => [.. text.Select(c => (object?)c.ToString())],
        Undefined undefined => throw place.Problem($"'{undefined.Name}' is not defined or not supported"),
        _ => throw place.Problem("a list is expected"),
    };

    private static string Quoted(object? value, Place place) => value is string text ? $"'{text}'" : Text(value, place);
}
