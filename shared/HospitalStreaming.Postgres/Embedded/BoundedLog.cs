namespace HospitalStreaming.Postgres.Embedded;

/// <summary>Keeps a server's messages in a file and one older file, each of a limited size, and the last lines at hand for error messages.</summary>
internal sealed class BoundedLog(string path, long maxBytes)
{
    private const int LinesAtHand = 20;
    private readonly Queue<string> _last = new();
    private readonly Lock _gate = new();

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            lock (_gate)
            {
                return [.. _last];
            }
        }
    }

    /// <summary>Reads until the server has closed its end. Never throws for a log that cannot be written: the server must not wait for it.</summary>
    public async Task DrainAsync(TextReader messages)
    {
        while (await messages.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_gate)
            {
                _last.Enqueue(line);
                if (_last.Count > LinesAtHand)
                {
                    _last.Dequeue();
                }

                TryWrite(line);
            }
        }
    }

    private void TryWrite(string line)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true } file && file.Length > maxBytes)
            {
                file.MoveTo(path + ".1", overwrite: true);
            }

            File.AppendAllText(path, line + "\n");
        }
        catch (IOException)
        {
            // A full disk: the line is still among the last ones at hand.
        }
    }
}
