namespace HospitalStreaming.Hosting.Settings;

/// <summary>Checks one role's options. All checks run before anything starts, and all problems are reported at once (exit code 2).</summary>
public interface IOptionsCheck
{
    /// <summary>Every problem found; empty when all is well. Never throws for bad values.</summary>
    IEnumerable<SettingProblem> Problems();
}
