using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Hosting.Logging;

/// <summary>
/// Structured log of an embedded line: one JSON object a line into one file, which is kept under a size and rolled to a single older one.
/// The queue is bounded; when it is full, log lines are dropped and their number is logged, and work never waits for the log.
/// </summary>
public sealed class FileLog : ILoggerProvider
{
    private const long MaxFileBytes = 10 * 1024 * 1024;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly TimeProvider _clock;
    private readonly string _path;
    private readonly Task _writing;
    private long _dropped;

    /// <summary>Opens the log.</summary>
    /// <param name="path">File path; the older one has .1 behind it.</param>
    /// <param name="clock">Clock for the time of each line.</param>
    public FileLog(string path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
        _writing = Task.Run(WriteAsync);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait(TimeSpan.FromSeconds(2));
    }

    private void Add(LogLevel level, string category, EventId id, string message, Exception? exception)
    {
        var line = JsonSerializer.Serialize(new
        {
            at = _clock.GetUtcNow(),
            level = level.ToString(),
            category,
            id = id.Id,
            message,
            error = exception is null ? null : Describe(exception),
        });
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Type and place of an exception. Messages of outside libraries may quote values, so they are left out at every level.</summary>
    private static string Describe(Exception exception) =>
        $"{exception.GetType().Name} {exception.StackTrace?.Split('\n').FirstOrDefault(frame => frame.Contains("HospitalStreaming", StringComparison.Ordinal))?.Trim()}";

    private async Task WriteAsync()
    {
        var file = new StreamWriter(_path, append: true) { AutoFlush = false };
        try
        {
            while (await _lines.Reader.WaitToReadAsync())
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    await file.WriteLineAsync(line);
                }

                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    await file.WriteLineAsync($"{{\"level\":\"Warning\",\"message\":\"{dropped} log lines dropped: the log could not keep up\"}}");
                }

                await file.FlushAsync();
                if (file.BaseStream.Length > MaxFileBytes)
                {
                    await file.DisposeAsync();
                    File.Move(_path, _path + ".1", overwrite: true);
                    file = new StreamWriter(_path, append: false);
                }
            }
        }
        catch (IOException)
        {
            // A full disk must not take the line down with its log; the roles themselves report it.
            await foreach (var _ in _lines.Reader.ReadAllAsync())
            {
                Interlocked.Increment(ref _dropped);
            }
        }
        finally
        {
            await file.DisposeAsync();
        }
    }

    private sealed class Category(FileLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(logLevel, name, eventId, formatter(state, null), exception);
    }
}
