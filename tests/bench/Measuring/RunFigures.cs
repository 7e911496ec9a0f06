namespace HospitalStreaming.Bench.Measuring;

/// <summary>One measured run.</summary>
/// <param name="Name">What ran.</param>
/// <param name="Records">Records after the warm-up.</param>
/// <param name="Elapsed">Wall time of those.</param>
/// <param name="Cpu">CPU time of those.</param>
/// <param name="PeakBytes">Most memory the process ever held.</param>
internal sealed record RunFigures(string Name, long Records, TimeSpan Elapsed, TimeSpan Cpu, long PeakBytes)
{
    internal double RecordsPerSecond => Records / Elapsed.TotalSeconds;

    internal double CpuMicrosecondsPerRecord => Cpu.TotalMicroseconds / Records;

    internal double PeakMegabytes => PeakBytes / 1e6;

    public override string ToString() =>
        FormattableString.Invariant($"{Name,-10} {RecordsPerSecond,9:N0} records/s   {CpuMicrosecondsPerRecord,5:F2} µs CPU a record   peak {PeakMegabytes,4:F0} MB   ({Records:N0} in {Elapsed.TotalSeconds:F2} s)");
}
