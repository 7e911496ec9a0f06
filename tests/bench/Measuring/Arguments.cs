namespace HospitalStreaming.Bench.Measuring;

/// <summary>Command-line options of a benchmark.</summary>
internal static class Arguments
{
    /// <summary>What stands behind an option; null where it is not given.</summary>
    internal static string? ValueOf(IReadOnlyList<string> arguments, string name)
    {
        var at = arguments.ToList().IndexOf(name);
        return at >= 0 && at + 1 < arguments.Count ? arguments[at + 1] : null;
    }

    /// <summary>What stands behind an option that may be given more than once.</summary>
    internal static IEnumerable<string> ValuesOf(IReadOnlyList<string> arguments, string name) =>
        arguments.Zip(arguments.Skip(1)).Where(pair => pair.First == name).Select(pair => pair.Second);
}
