using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Storage;

/// <summary>What one fetch of one partition will return: whole batches, as a range of one segment's file. Nothing is read until it is copied.</summary>
internal readonly record struct ReadPlan(
    ErrorCode Error, long HighWatermark, long LogStartOffset, Segment? Segment, long Position, int Length, long NextOffset)
{
    public static ReadPlan Failed(ErrorCode error) => new(error, -1, -1, null, 0, 0, -1);

    /// <summary>Copies the range into a response; throws <see cref="IOException"/> where the file ends early.</summary>
    public void CopyTo(WireWriter response)
    {
        for (var done = 0; done < Length;)
        {
            var space = response.Space();
            var read = Segment!.File.Read(space[..Math.Min(space.Length, Length - done)], Position + done);
            if (read == 0)
            {
                throw new IOException("a segment is shorter than its index says");
            }
            response.Advance(read);
            done += read;
        }
    }
}
