namespace HospitalStreaming.Hospital.Line;

/// <summary>Records a second over the last few samples of a running total.</summary>
internal sealed class RateWindow
{
    private const int Samples = 5;
    private readonly Queue<(DateTimeOffset At, long Total)> _samples = new();

    /// <summary>Takes a sample; null until there are two.</summary>
    public double? Next(DateTimeOffset at, long? total)
    {
        if (total is not { } count)
        {
            return null;
        }

        // A total that falls is another run's: what was before it says nothing.
        if (_samples.Count > 0 && _samples.Last().Total > count)
        {
            _samples.Clear();
        }

        _samples.Enqueue((at, count));
        while (_samples.Count > Samples)
        {
            _samples.Dequeue();
        }

        var (firstAt, first) = _samples.Peek();
        var seconds = (at - firstAt).TotalSeconds;
        return seconds > 0 ? (count - first) / seconds : null;
    }
}
