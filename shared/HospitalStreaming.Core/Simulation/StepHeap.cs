namespace HospitalStreaming.Core.Simulation;

/// <summary>Steps to come, earliest first; ties by visit and step. A four-ary heap: the stream's one hot structure.</summary>
internal sealed class StepHeap
{
    private const int Arity = 4;
    private (long At, long Tie)[] _items = new (long, long)[1024];

    public int Count { get; private set; }

    public (long At, long Tie) First => _items[0];

    public void Add(long at, long tie)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        var place = Count++;
        while (place > 0)
        {
            var parent = (place - 1) / Arity;
            if (!Before(at, tie, _items[parent]))
            {
                break;
            }

            _items[place] = _items[parent];
            place = parent;
        }

        _items[place] = (at, tie);
    }

    public (long At, long Tie) Take()
    {
        var first = _items[0];
        var last = _items[--Count];
        var place = 0;
        while (true)
        {
            var child = (place * Arity) + 1;
            if (child >= Count)
            {
                break;
            }

            var least = child;
            var end = Math.Min(child + Arity, Count);
            for (child++; child < end; child++)
            {
                if (Before(_items[child].At, _items[child].Tie, _items[least]))
                {
                    least = child;
                }
            }

            if (!Before(_items[least].At, _items[least].Tie, last))
            {
                break;
            }

            _items[place] = _items[least];
            place = least;
        }

        _items[place] = last;
        return first;
    }

    private static bool Before(long at, long tie, (long At, long Tie) other) => at < other.At || (at == other.At && tie < other.Tie);
}
