using Shouldly;

namespace HospitalStreaming.Tests.Unit.Broker.Groups;

internal static class Answered
{
    /// <summary>The answer, which must be there already: the state machine never waits by itself.</summary>
    public static T Result<T>(this Task<T> task)
    {
        task.IsCompleted.ShouldBeTrue("the group has not answered yet");
        return task.GetAwaiter().GetResult();
    }
}
