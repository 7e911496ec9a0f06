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
}
