using HospitalStreaming.Core.Changes;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>What verify found, left to right along the line.</summary>
/// <param name="Checks">Every check, done or not.</param>
/// <param name="Took">How long all of it took.</param>
public sealed record VerifyReport(IReadOnlyList<VerifyCheck> Checks, TimeSpan Took)
{
    /// <summary>Log position of the source's snapshot; null where it was not read.</summary>
    public Lsn? SourceAt { get; init; }

    /// <summary>How far the warehouse had loaded the topics.</summary>
    public IReadOnlyList<LoadPosition> Positions { get; init; } = [];

    /// <summary>How readers of current see transactions.</summary>
    public TransactionReads Reads { get; init; } = TransactionReads.PerTable;

    /// <summary>Counts and digests by table.</summary>
    public IReadOnlyList<TableFigures> Tables { get; init; } = [];

    /// <summary>Nothing differs and everything was checked.</summary>
    public bool IsClean => Checks.All(check => check.IsClean && check.NotChecked is null);

    /// <summary>0 clean; 1 something differs; 3 nothing differs, but something could not be checked.</summary>
    public int ExitCode => Checks.Any(check => !check.IsClean) ? 1 : IsClean ? 0 : 3;

    /// <summary>The report as lines to print.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var check in Checks)
        {
            var verdict = !check.IsClean ? "DIFFERS" : check.NotChecked is null ? "ok" : "not checked";
            yield return $"{verdict,-12}{check.Name}";
            foreach (var line in check.Counted)
            {
                yield return $"            {line}";
            }

            foreach (var finding in check.Findings)
            {
                yield return $"          ! {finding}";
            }

            if (check.NotChecked is { } why)
            {
                yield return $"          ? {why}";
            }
        }
    }
}
