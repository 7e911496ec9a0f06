namespace HospitalStreaming.LakeSink.Topics;

/// <summary>A topic in hand was deleted or created again: places in chains are to be found anew.</summary>
internal sealed class TopicsChangedException() : Exception("a change topic was deleted or created again");
