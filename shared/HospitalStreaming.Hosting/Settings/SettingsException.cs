namespace HospitalStreaming.Hosting.Settings;

/// <summary>The configuration cannot be used. Carries every problem; the process ends with exit code 2 before anything has started.</summary>
public sealed class SettingsException(IReadOnlyList<SettingProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems.Select(problem => $"{problem.Key}: {problem.Fix}")))
{
    /// <summary>All problems, in the order of the checks.</summary>
    public IReadOnlyList<SettingProblem> Problems { get; } = problems;

    /// <summary>Runs the checks and throws when any of them finds something.</summary>
    public static void ThrowIfAny(IEnumerable<IOptionsCheck> checks)
    {
        var problems = new List<SettingProblem>();
        foreach (var check in checks)
        {
            try
            {
                problems.AddRange(check.Problems().Where(problem => !problems.Contains(problem)));
            }
            catch (InvalidOperationException) when (problems.Count > 0)
            {
                // A section with an unreadable value cannot be bound; the check of unknown settings runs first and has named it.
            }
        }

        if (problems.Count > 0)
        {
            throw new SettingsException(problems);
        }
    }
}
