using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Line;

namespace HospitalStreaming.Hospital.Line;

/// <summary>Samples the line once a second where its facts are durable, so that status and dashboard say the same in one process or many.</summary>
internal sealed partial class LineSampler(LineProbe probe, RoleHealth health, TimeProvider clock, ILogger<LineSampler> logger) : BackgroundService, ILineStatus
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private readonly LineAssembly _assembly = new();
    private volatile LineSnapshot _current = LineSnapshot.None;

    /// <inheritdoc/>
    public LineSnapshot Current => _current;

    /// <summary>Takes one sample now.</summary>
    public async Task<LineSnapshot> SampleAsync(CancellationToken cancellation) =>
        _current = _assembly.Assemble(clock.GetUtcNow(), await probe.SampleAsync(cancellation), health.States);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        do
        {
            try
            {
                await SampleAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The sample is for people to look at; the line does not depend on it. The stops' own health says what is wrong.
                LogNoSample(failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(9001, LogLevel.Debug, "no sample of the line this time: {Failure}")]
    private partial void LogNoSample(string failure);
}
