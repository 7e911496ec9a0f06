namespace HospitalStreaming.Producer.Synthea;

/// <summary>Counts skipped rows and keeps the first of them.</summary>
internal sealed class SkippedRows
{
    private const int Kept = 1_000;
    private readonly List<SyntheaRowProblem> _problems = [];

    public long Count { get; private set; }

    public IReadOnlyList<SyntheaRowProblem> Problems => _problems;

    public void Add(string file, int line, string reason)
    {
        Count++;
        if (_problems.Count < Kept)
        {
            _problems.Add(new(file, line, reason));
        }
    }
}
